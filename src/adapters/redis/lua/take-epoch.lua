--[[ take-epoch: the caller becomes the only writer; every older one is refused from now on.
     @keys    epoch, lease
     @args    owner
     @returns the new epoch, or -1 somebody else holds the lease ]]
local holder = redis.call('GET', KEYS[2])
if holder and holder ~= ARGV[1] then
  return -1
end
local number = redis.call('HINCRBY', KEYS[1], 'number', 1)
redis.call('HSET', KEYS[1], 'owner', ARGV[1])
return number
