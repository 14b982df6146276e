-- logs: card declined
hasToken(translate(lower(body), '0123456789', '0000000000'), {p1:String}) AND hasToken(translate(lower(body), '0123456789', '0000000000'), {p2:String})
-- {"p1":"card","p2":"declined"}

-- logs: "card declined: 5%"
(hasAllTokens(translate(lower(body), '0123456789', '0000000000'), {p1:Array(String)}) AND hasToken(lower(body), {p2:String}) AND has(tokens(translate(body, 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', '                                                    ')), {p3:String}) AND match(lower(body), {p4:String}))
-- {"p1":["card","declined"],"p2":"5","p3":"5","p4":"(?:^|[\\x00-/:-@\\[-`{-\\x7f])card declined: 5%"}

-- logs: 4711
(hasToken(lower(body), {p1:String}) AND has(tokens(translate(body, 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', '                                                    ')), {p2:String}))
-- {"p1":"4711","p2":"4711"}

-- logs: order4711
(hasToken(translate(lower(body), '0123456789', '0000000000'), {p1:String}) AND hasToken(lower(body), {p2:String}) AND has(tokens(translate(body, 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', '                                                    ')), {p3:String}))
-- {"p1":"order0000","p2":"order4711","p3":"4711"}

-- logs: "Order 4711: 0af7-65191 v2"
(hasAllTokens(translate(lower(body), '0123456789', '0000000000'), {p1:Array(String)}) AND hasAllTokens(lower(body), {p2:Array(String)}) AND has(tokens(translate(body, 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', '                                                    ')), {p3:String}) AND has(tokens(translate(body, 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', '                                                    ')), {p4:String}) AND match(lower(body), {p5:String}))
-- {"p1":["order","0af0","v0"],"p2":["4711","0af7","65191","v2"],"p3":"4711","p4":"65191","p5":"(?:^|[\\x00-/:-@\\[-`{-\\x7f])order 4711: 0af7-65191 v2(?:$|[\\x00-/:-@\\[-`{-\\x7f])"}

-- logs: decl*
translate(lower(body), '0123456789', '0000000000') LIKE {p1:String}
-- {"p1":"%decl%%"}

-- logs: order-47*
(translate(lower(body), '0123456789', '0000000000') LIKE {p1:String} AND lower(body) LIKE {p2:String})
-- {"p1":"%order-00%%","p2":"%order-47%%"}

-- logs: body:/card.d/
match(body, {p1:String})
-- {"p1":"card.d"}

-- logs: body:*
body != ''
-- {}

-- logs: body="exact Body"
body = {p1:String}
-- {"p1":"exact Body"}

-- logs: level>=warn
severity >= {p1:Int64}
-- {"p1":"13"}

-- logs: level:error
severity >= {p1:Int64} AND severity <= {p2:Int64}
-- {"p1":"17","p2":"20"}

-- logs: -level<info
NOT (severity >= {p1:Int64} AND severity <= {p2:Int64})
-- {"p1":"1","p2":"8"}

-- logs: severity:7
severity = {p1:Int64}
-- {"p1":"7"}

-- logs: level:unset
severity = {p1:Int64}
-- {"p1":"0"}

-- logs: service:(web OR check*)
service = {p1:String} OR service LIKE {p2:String}
-- {"p1":"web","p2":"check%"}

-- logs: order.id:*
((mapContains(attributes, {p1:String}) AND true) OR (NOT mapContains(attributes, {p1:String}) AND resource_id IN (SELECT resource_id FROM resources WHERE (mapContains(attributes, {p1:String}) AND true))))
-- {"p1":"order.id"}

-- logs: attempts>2.5
((mapContains(attributes, {p1:String}) AND ifNull(toFloat64OrNull(attributes[{p1:String}]) > {p2:Float64}, false)) OR (NOT mapContains(attributes, {p1:String}) AND resource_id IN (SELECT resource_id FROM resources WHERE (mapContains(attributes, {p1:String}) AND ifNull(toFloat64OrNull(attributes[{p1:String}]) > {p2:Float64}, false)))))
-- {"p1":"attempts","p2":2.5}

-- logs: resource.host.name:host-1
resource_id IN (SELECT resource_id FROM resources WHERE (mapContains(attributes, {p1:String}) AND attributes[{p1:String}] = {p2:String}))
-- {"p1":"host.name","p2":"host-1"}

-- logs: attributes.service!=x
NOT ((mapContains(attributes, {p1:String}) AND attributes[{p1:String}] = {p2:String}))
-- {"p1":"service","p2":"x"}

-- logs: trace:0AF7651916cd43dd8448eb211c80319c
trace_id = unhex({p1:String})
-- {"p1":"0af7651916cd43dd8448eb211c80319c"}

-- logs: span_id:*
NOT (span_id = unhex({p1:String}))
-- {"p1":"0000000000000000"}

-- logs: scope.name:/^web/
scope_id IN (SELECT scope_id FROM scopes WHERE match(name, {p1:String}))
-- {"p1":"^web"}

-- logs: event:tick
event_name = {p1:String}
-- {"p1":"tick"}

-- logs: a'b:"{p1:String} ' OR 1=1"
(hasAllTokens(translate(lower(body), '0123456789', '0000000000'), {p1:Array(String)}) AND match(lower(body), {p2:String})) AND (hasAllTokens(translate(lower(body), '0123456789', '0000000000'), {p3:Array(String)}) AND hasAllTokens(lower(body), {p4:Array(String)}) AND has(tokens(translate(body, 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ', '                                                    ')), {p5:String}) AND match(lower(body), {p6:String}))
-- {"p1":["a","b"],"p2":"(?:^|[\\x00-/:-@\\[-`{-\\x7f])a'b:","p3":["p0","string","or"],"p4":["p1","1","1"],"p5":"1","p6":"\\{p1:string\\} ' or 1=1(?:$|[\\x00-/:-@\\[-`{-\\x7f])"}

-- spans: charge
(hasToken(lower(name), {p1:String}) OR hasToken(lower(status_message), {p2:String}))
-- {"p1":"charge","p2":"charge"}

-- spans: duration>250ms
duration > {p1:Int64}
-- {"p1":"250000000"}

-- spans: kind:server status:error
kind = {p1:Int64} AND status = {p2:Int64}
-- {"p1":"2","p2":"2"}

-- spans: http.status_code:5*
((mapContains(attributes, {p1:String}) AND attributes[{p1:String}] LIKE {p2:String}) OR (NOT mapContains(attributes, {p1:String}) AND resource_id IN (SELECT resource_id FROM resources WHERE (mapContains(attributes, {p1:String}) AND attributes[{p1:String}] LIKE {p2:String}))))
-- {"p1":"http.status_code","p2":"5%"}

-- spans: event:exception
arrayExists(event -> event = {p1:String}, events.name)
-- {"p1":"exception"}

-- spans: name=GET*
name = {p1:String}
-- {"p1":"GET*"}

-- spans: 100%_done\\x*
(lower(name) LIKE {p1:String} OR lower(status_message) LIKE {p2:String})
-- {"p1":"%100\\%\\_done\\\\x%%","p2":"%100\\%\\_done\\\\x%%"}
