-- wrk: POST of one form after another. Arguments: the file of tokens, the path, the Authorization header, the form before and after
-- the token, which token is the first, and how many there are for this run; dev/bench sees by the count if they were used up.
local tokens, position, first, count = {}, 0, 0, 0
local path, before, after, headers

function init(arguments)
    path, before, after = arguments[2], arguments[4], arguments[5]
    headers = { ["Authorization"] = arguments[3], ["Content-Type"] = "application/x-www-form-urlencoded" }
    first, count = tonumber(arguments[6]), tonumber(arguments[7])
    for token in io.lines(arguments[1]) do tokens[#tokens + 1] = token end
end

function request()
    local token = tokens[first + position % count + 1]
    position = position + 1
    return wrk.format("POST", path, headers, before .. token .. after)
end

dofile("Benchmarks/result.lua")
