-- Sessions in place of one: `-- TOKENS MODE`, where TOKENS is a file with a token in a line. MODE `each` asks with every one once, in
-- order, and ends; MODE `random` with whichever comes.
dofile(debug.getinfo(1, "S").source:match("@(.*/)") .. "report.lua")

local tokens, before, after, used, each, answered = {}, "", "", 0, false, 0

function init(arguments)
    for token in io.lines(arguments[1]) do
        tokens[#tokens + 1] = token
    end
    wrk.headers["Cookie"] = "theme=dark; postern=@"
    local request = wrk.format("GET")
    local at = request:find("@", 1, true)
    before, after = request:sub(1, at - 1), request:sub(at + 1)
    math.randomseed(os.time())
    if arguments[2] == "each" then
        each = true
        -- Made here, since wrk hands answers to a script that has such a function, and that costs. Requests are ahead of answers
        -- by the number of connections: a few sessions are asked for twice, none is left out.
        response = function()
            answered = answered + 1
            if answered >= #tokens + 64 then wrk.thread:stop() end
        end
    end
end

function request()
    used = used + 1
    local index = each and (used - 1) % #tokens + 1 or math.random(#tokens)
    return before .. tokens[index] .. after
end
