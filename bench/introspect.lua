-- Introspections for wrk, all of the token that is given as the argument.

wrk.method = "POST"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"

function init(arguments)
    wrk.body = "token=" .. arguments[1]
end
