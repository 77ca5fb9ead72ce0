package io.baseload.engine.config;

/**
 * What kind of norm attention and feed-forward layers have, and where it stands.
 *
 * @param kind RMSNorm or LayerNorm
 * @param epsilon what the norm adds to the mean square
 */
public record Norms(Placement placement, Kind kind, float epsilon) {
    public enum Placement {
        /** x += f(norm(x)) */
        PRE,
        /** x += norm(f(x)) */
        POST,
        /** x += norm(f(norm(x))) */
        SANDWICH,
        /** x = norm(x + f(x)), as in the first transformers (Vaswani et al., 2017); then no norm stands at the end. */
        SUM
    }

    public enum Kind {
        /** Zhang and Sennrich (2019). */
        RMS,
        /** LayerNorm (Ba et al., 2016), with a bias. */
        LAYER
    }

    /** RMSNorms. */
    public Norms(Placement placement, float epsilon) {
        this(placement, Kind.RMS, epsilon);
    }

    public boolean before() {
        return placement == Placement.PRE || placement == Placement.SANDWICH;
    }

    /** Behind a block, before its output is added or after. */
    public boolean after() {
        return placement != Placement.PRE;
    }

    /** Whether the norm behind a block is that of the sum. */
    public boolean ofSum() {
        return placement == Placement.SUM;
    }
}
