--[[ release-reservation: lets a contact or an agent go, if it is still this offer that holds it.
     @keys    reservation
     @args    offerId
     @returns 1 released, 0 not held by this offer ]]
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
return redis.call('DEL', KEYS[1])
