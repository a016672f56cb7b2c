--[[ forget-state: removes one contact's or agent's state.
     @keys    epoch, states, versions, listed
     @args    epoch, id
     @returns 1 removed or not there, -1 another epoch ]]
if redis.call('HGET', KEYS[1], 'number') ~= ARGV[1] then
  return -1
end
redis.call('HDEL', KEYS[2], ARGV[2])
redis.call('HDEL', KEYS[3], ARGV[2])
redis.call('ZREM', KEYS[4], ARGV[2])
return 1
