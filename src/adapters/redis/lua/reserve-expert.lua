--[[ reserve-expert: reserves an expert, and the agent he is besides, unless somebody holds either. All or nothing.
     @keys    epoch, then (reservation) per key
     @args    epoch, legId, leaseMs
     @returns 1 reserved, 0 somebody holds one of them, -1 another epoch ]]
if redis.call('HGET', KEYS[1], 'number') ~= ARGV[1] then
  return -1
end
for key = 2, #KEYS do
  if redis.call('EXISTS', KEYS[key]) == 1 then
    return 0
  end
end
for key = 2, #KEYS do
  redis.call('SET', KEYS[key], ARGV[2], 'PX', ARGV[3])
end
return 1
