-- Sessions in place of one: `-- TOKENS`, a file with a token in a line, of which whichever comes is used.
dofile(debug.getinfo(1, "S").source:match("@(.*/)") .. "report.lua")

local tokens, before, after = {}, "", ""

function init(arguments)
    for token in io.lines(arguments[1]) do
        tokens[#tokens + 1] = token
    end
    wrk.headers["Cookie"] = "theme=dark; postern=@"
    local request = wrk.format("GET")
    local at = request:find("@", 1, true)
    before, after = request:sub(1, at - 1), request:sub(at + 1)
    math.randomseed(os.time())
end

function request()
    return before .. tokens[math.random(#tokens)] .. after
end
