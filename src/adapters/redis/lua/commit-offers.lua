--[[ commit-offers: reserves each (contact, agent) pair that is still true, in order. All or nothing per pair.
     @keys    epoch, contactVersions, waiting, agentVersions, offerable, then (contactReservation, agentReservation) per pair
     @args    epoch, then (contactId, contactVersion, agentId, agentVersion, offerId, leaseMs) per pair
     @returns list, per pair: 1 committed, -1 contactGone, -2 contactChanged, -3 contactReserved, -4 agentGone,
              -5 agentChanged, -6 agentReserved, -7 oldEpoch ]]
local fixedKeys, pairKeys, pairArgs = 5, 2, 6
local sameEpoch = redis.call('HGET', KEYS[1], 'number') == ARGV[1]

local function commit(contactKey, agentKey, first)
  local contactId, contactVersion, agentId, agentVersion, offerId, leaseMs = unpack(ARGV, first, first + pairArgs - 1)
  if not sameEpoch then return -7 end
  if not redis.call('ZSCORE', KEYS[3], contactId) then return -1 end
  if redis.call('HGET', KEYS[2], contactId) ~= contactVersion then return -2 end
  if redis.call('EXISTS', contactKey) == 1 then return -3 end
  if not redis.call('ZSCORE', KEYS[5], agentId) then return -4 end
  if redis.call('HGET', KEYS[4], agentId) ~= agentVersion then return -5 end
  if redis.call('EXISTS', agentKey) == 1 then return -6 end
  redis.call('SET', contactKey, offerId, 'PX', leaseMs)
  redis.call('SET', agentKey, offerId, 'PX', leaseMs)
  return 1
end

local results = {}
for pair = 1, (#KEYS - fixedKeys) / pairKeys do
  local key = fixedKeys + (pair - 1) * pairKeys
  results[pair] = commit(KEYS[key + 1], KEYS[key + 2], 2 + (pair - 1) * pairArgs)
end
return results
