-- Postern behind HAProxy: the action `lua.postern-check` asks the gateway whether a request may pass.
--
-- Permitted: the identity headers are set and the variable txn.postern says "yes". Not permitted: the gateway's own answer
-- goes to the client. Anything else, an error in here among it: the variable stays empty, and haproxy.cfg answers 503.
--
-- HAProxy 2.6 or newer, built with Lua. The action's one argument is the gateway's URL, without a trailing slash.

-- The names of identity. Add those of other dialects when `identity.dialects` names more.
local IDENTITY = {
    "x-auth-user", "x-auth-email", "x-auth-name", "x-auth-groups", "x-auth-methods", "x-auth-time", "x-auth-assertion",
    -- CHANGE where the gateway makes the backend's session (NetPilot's Flask session, [[bridge]]; `check.cookies`).
    -- "cookie",
}

-- What the question holds of the request, beside what it is about. `sec-websocket-key` says that it opens a WebSocket.
local ASKED_WITH = {
    "cookie", "accept", "accept-language", "origin", "referer", "user-agent", "x-requested-with", "sec-websocket-key",
    "sec-fetch-mode", "sec-fetch-dest", "sec-fetch-site", "sec-fetch-user", "access-control-request-method",
    "access-control-request-headers", "x-http-method", "x-http-method-override", "x-method-override",
}

-- What HAProxy writes itself when it hands an answer on.
local FRAMING = { ["content-length"] = true, ["transfer-encoding"] = true, ["connection"] = true, ["keep-alive"] = true }

-- A header's lines, which HAProxy counts from 0, as a list from 1.
local function lines(values)
    local list = {}
    local index = 0
    while values ~= nil and values[index] ~= nil do
        list[#list + 1] = values[index]
        index = index + 1
    end
    return list
end

local function question(txn, gateway)
    local sent = txn.http:req_get_headers()
    local asked = {
        ["host"] = { gateway:match("^https?://([^/]+)") },
        ["x-forwarded-method"] = { txn.f:method() },
        ["x-forwarded-proto"] = { txn:get_var("txn.scheme") or (txn.f:ssl_fc() == 1 and "https" or "http") },
        ["x-forwarded-host"] = lines(sent["host"]),
        ["x-forwarded-uri"] = { txn.f:pathq() },
        ["x-forwarded-for"] = { txn.f:src() },
    }
    for _, name in ipairs(ASKED_WITH) do
        if sent[name] ~= nil then
            asked[name] = lines(sent[name])
        end
    end
    return asked
end

-- Gives the gateway's refusal to the client.
local function refuse(txn, answer)
    local reply = txn:reply()
    reply:set_status(answer.status)
    for name, values in pairs(answer.headers or {}) do
        if not FRAMING[name:lower()] then
            for _, value in ipairs(lines(values)) do
                reply:add_header(name, value)
            end
        end
    end
    reply:set_body(answer.body or "")
    txn:done(reply)
end

local function check(txn, gateway)
    local answer = core.httpclient():get{
        url = gateway .. "/postern/auth/haproxy",
        headers = question(txn, gateway),
        -- HAProxy 2.6 asks up to four times, so this is eight seconds at most.
        timeout = 2000,
    }
    local status = answer and answer.status
    -- The gateway's yes names itself or the user; what another program at its address says is none.
    local ours = status == 200 and (answer.headers["x-auth-gate"] or answer.headers["x-auth-user"])
    if ours then
        for _, name in ipairs(IDENTITY) do
            local value = lines(answer.headers[name])[1]
            txn.http:req_del_header(name)
            if value ~= nil and value ~= "" then
                txn.http:req_set_header(name, value)
            end
        end
        txn:set_var("txn.postern", "yes")
        txn:set_var("txn.user", lines(answer.headers["x-auth-user"])[1] or "-")
    elseif status ~= nil and status >= 300 and status < 500 then
        refuse(txn, answer)
    end
end

core.register_action("postern-check", { "http-req" }, check, 1)
