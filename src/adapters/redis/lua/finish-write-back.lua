--[[ finish-write-back: the image that was written back takes the place of the one in force, at once.
     @keys    epoch, contacts, contactVersions, waiting, agents, agentVersions, offerable, nextContacts, nextContactVersions, nextWaiting,
              nextAgents, nextAgentVersions, nextOfferable
     @args    epoch
     @returns 1 replaced, -1 another epoch ]]
local imageKeys = 6
if redis.call('HGET', KEYS[1], 'number') ~= ARGV[1] then
  return -1
end
redis.call('UNLINK', unpack(KEYS, 2, 1 + imageKeys))
for key = 2, 1 + imageKeys do
  if redis.call('EXISTS', KEYS[key + imageKeys]) == 1 then
    redis.call('RENAME', KEYS[key + imageKeys], KEYS[key])
  end
end
return 1
