"""What providers share when they talk over HTTP or a socket.

    asking      Asking: limit, retries, breaker              lasting     Lasting: a stream outlives its connections
    transport   Wire: GET over HTTP, asked so                line        Line: such a stream over a socket of its own
    bucket      what a key may spend                         buffer      bars wait for a slow owner here
    breaker     a provider that is down is left alone        watchdog    a stream that is open but not alive
    trouble     what can go wrong, the errors it ends as     revisions   how often a bar was sent
    secrets     keys in headers, struck from every text      ledger      counts for `health`
    clock       time, waiting, chance: handed in             budget      what scanning may ask of all that

A provider brings its wire format; nothing here knows one.
"""
