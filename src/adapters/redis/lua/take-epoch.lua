--[[ take-epoch: the caller becomes the only writer; every older one is refused from now on.
     @keys    epoch
     @args    owner
     @returns the new epoch ]]
local number = redis.call('HINCRBY', KEYS[1], 'number', 1)
redis.call('HSET', KEYS[1], 'owner', ARGV[1])
return number
