-- Sign-ins for wrk, all with the body that is given as the argument.

wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"

function init(arguments)
    wrk.body = arguments[1]
end
