--[[ begin-write-back: raises the epoch, so that nobody else writes or commits from here on, and makes room for the image beside the one in force.
     @keys    epoch, lease, nextContacts, nextContactVersions, nextWaiting, nextAgents, nextAgentVersions, nextOfferable
     @args    the epoch the caller saw, new epoch, owner, '1' = what it has put there before goes on
     @returns 1 begun, -1 the epoch is not the one the caller saw, -2 somebody else holds the lease ]]
if (redis.call('HGET', KEYS[1], 'number') or '0') ~= ARGV[1] then
  return -1
end
local holder = redis.call('GET', KEYS[2])
if holder and holder ~= ARGV[3] then
  return -2
end
if ARGV[4] ~= '1' then
  redis.call('UNLINK', unpack(KEYS, 3, 8))
end
redis.call('HSET', KEYS[1], 'number', ARGV[2], 'owner', ARGV[3])
return 1
