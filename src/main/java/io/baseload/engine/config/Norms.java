package io.baseload.engine.config;

/**
 * Where the RMSNorms of attention and feed-forward layers stand.
 *
 * @param epsilon what RMSNorm adds to the mean square
 */
public record Norms(Placement placement, float epsilon) {
    public enum Placement {
        /** x += f(rms(x)) */
        PRE,
        /** x += rms(f(x)) */
        POST,
        /** x += rms(f(rms(x))) */
        SANDWICH
    }

    public boolean before() {
        return placement != Placement.POST;
    }

    public boolean after() {
        return placement != Placement.PRE;
    }
}
