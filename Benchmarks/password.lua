-- wrk: signs people in with a password, one after another. Arguments: origin, password, people, and the cookie of a browser
-- that they are known by, as somebody who comes back is.
-- A sign-in that worked is a redirect.
local number, requests, count = 0, {}, 0

local function escaped(text)
    return (text:gsub("[^%w]", function(byte) return string.format("%%%02X", byte:byte()) end))
end

function init(arguments)
    count = tonumber(arguments[3])
    local headers = {
        ["Origin"] = arguments[1], ["Sec-Fetch-Site"] = "same-origin",
        ["Content-Type"] = "application/x-www-form-urlencoded", ["Cookie"] = arguments[4],
    }
    for person = 1, count do
        local body = "email=person" .. person .. "%40people.example&password=" .. escaped(arguments[2])
        requests[person] = wrk.format("POST", "/sign-in/password", headers, body)
    end
    number = math.random(count)
end

function request()
    number = number % count + 1
    return requests[number]
end

dofile("Benchmarks/result.lua")
