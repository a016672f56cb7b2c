--[[ put-states: puts some contacts or some agents into the image that is being written back. Whoever is reserved by an offer that the
     caller does not know is let go: whoever made it is gone, or never heard the answer.
     @keys    epoch, nextStates, nextVersions, nextListed, then (reservation) per state
     @args    epoch, then (id, version or '' for gone, state (JSON), score or '' for not listed, offerId or '' for none) per state
     @returns 1 put, -1 another epoch ]]
local fixedKeys, rowArgs = 4, 5
if redis.call('HGET', KEYS[1], 'number') ~= ARGV[1] then
  return -1
end

local function put(id, version, state, score)
  if version == '' then
    redis.call('HDEL', KEYS[2], id)
    redis.call('HDEL', KEYS[3], id)
  else
    redis.call('HSET', KEYS[2], id, state)
    redis.call('HSET', KEYS[3], id, version)
  end
  if score == '' then
    redis.call('ZREM', KEYS[4], id)
  else
    redis.call('ZADD', KEYS[4], score, id)
  end
end

for row = 1, #KEYS - fixedKeys do
  local id, version, state, score, offerId = unpack(ARGV, 2 + (row - 1) * rowArgs, 1 + row * rowArgs)
  put(id, version, state, score)
  local reservation = KEYS[fixedKeys + row]
  if offerId == '' then
    redis.call('DEL', reservation)
  elseif redis.call('GET', reservation) ~= offerId then
    redis.call('DEL', reservation)
  end
end
return 1
