/** What a POST says about its destination, whatever the payload; `nothing` if none was sent, or it was broken off. */
export type DestinationSignal = "healthy" | "refused" | "failing" | "nothing";
