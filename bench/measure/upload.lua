-- POST bodies of so many bytes: `-- BYTES`.
dofile(debug.getinfo(1, "S").source:match("@(.*/)") .. "report.lua")

function init(arguments)
    wrk.method = "POST"
    wrk.body = string.rep("x", tonumber(arguments[1]))
    wrk.headers["Content-Type"] = "application/octet-stream"
end
