--[[ save-state: keeps one contact's or agent's state, unless a newer version is there already.
     @keys    epoch, states, versions, listed
     @args    epoch, id, version, state (JSON), score in the list of those to be matched or '' for not listed
     @returns 1 kept, 0 a newer version is there, -1 another epoch ]]
if redis.call('HGET', KEYS[1], 'number') ~= ARGV[1] then
  return -1
end
local id, version = ARGV[2], ARGV[3]
local kept = redis.call('HGET', KEYS[3], id)
if kept and tonumber(kept) > tonumber(version) then
  return 0
end
redis.call('HSET', KEYS[2], id, ARGV[4])
redis.call('HSET', KEYS[3], id, version)
if ARGV[5] == '' then
  redis.call('ZREM', KEYS[4], id)
else
  redis.call('ZADD', KEYS[4], ARGV[5], id)
end
return 1
