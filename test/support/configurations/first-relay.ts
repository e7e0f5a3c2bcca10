/** The example of the first relay, verbatim. */
export const FIRST_RELAY = `
        [main]
        streamUri = "https://stream.launchdarkly.com"
        baseUri = "https://app.launchdarkly.com"
        exitOnError = false
        ignoreConnectionErrors = true
        heartbeatIntervalSecs = 15

        [environment "Spree Project Production"]
        apiKey = "SPREE_PROD_API_KEY"

        [environment "Spree Project Test"]
        apiKey = "SPREE_TEST_API_KEY"

        [redis]
        host = "localhost"
        port = 6379
        localTtl = 30000

        [events]
        eventsUri = "https://events.launchdarkly.com"
        sendEvents = true
        flushIntervalSecs = 5
        samplingInterval = 0
        capacity = 10000
`;
