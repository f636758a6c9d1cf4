-- Creates of to-dos for wrk: each differs from the one before in what is sorted by, as people's do.
-- They are made beforehand and sent in turn, so that the load costs little.

wrk.headers["Content-Type"] = "application/json"

local requests, turn = {}, 0
local verbs = { "Call", "Write to", "Visit", "Ask", "Thank", "Invite", "Pay", "Remind" }
local whom = { "the dentist", "grandmother", "the landlord", "the library", "a neighbour", "the bank", "the garage" }
local priorities = { '"low"', '"medium"', '"high"', "null" }

function init(arguments)
    math.randomseed(tonumber(arguments[1]))
    for number = 1, 4096 do
        local title = string.format("%s %s, %d", verbs[math.random(#verbs)], whom[math.random(#whom)], math.random(99999))
        local due = string.format("2030-%02d-%02d", math.random(12), math.random(28))
        local body = string.format(
            '{"title":"%s","notes":"Some words about it, as long as a note is.","tags":["bench"],"due":"%s","priority":%s}',
            title, due, priorities[math.random(#priorities)])
        requests[number] = wrk.format("POST", nil, nil, body)
    end
end

function request()
    turn = turn % #requests + 1
    return requests[turn]
end
