--[[ write-back: replaces all contacts and agents at once and raises the epoch. Reservations stay: they lapse by themselves.
     @keys    epoch, contacts, contactVersions, waiting, agents, agentVersions, offerable
     @args    the epoch the caller saw, new epoch, owner, number of contacts, then (id, version, state, score or '') per
              contact, then the same per agent
     @returns 1 replaced, -1 the epoch is not the one the caller saw ]]
local headerArgs, rowArgs = 4, 4
if (redis.call('HGET', KEYS[1], 'number') or '0') ~= ARGV[1] then
  return -1
end
redis.call('DEL', unpack(KEYS, 2, 7))
redis.call('HSET', KEYS[1], 'number', ARGV[2], 'owner', ARGV[3])

local function put(states, versions, listed, first)
  local id, version, state, score = unpack(ARGV, first, first + rowArgs - 1)
  redis.call('HSET', states, id, state)
  redis.call('HSET', versions, id, version)
  if score ~= '' then
    redis.call('ZADD', listed, score, id)
  end
end

local contactsEnd = headerArgs + tonumber(ARGV[4]) * rowArgs
for first = headerArgs + 1, contactsEnd, rowArgs do
  put(KEYS[2], KEYS[3], KEYS[4], first)
end
for first = contactsEnd + 1, #ARGV, rowArgs do
  put(KEYS[5], KEYS[6], KEYS[7], first)
end
return 1
