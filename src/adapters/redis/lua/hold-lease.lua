--[[ hold-lease: takes a lease that nobody holds, or holds one's own for longer.
     @keys    lease
     @args    owner, leaseMs
     @returns 1 held, 0 somebody else holds it ]]
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
