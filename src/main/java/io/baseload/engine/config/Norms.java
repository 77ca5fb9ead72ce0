package io.baseload.engine.config;

/**
 * The kind and place of the norms of attention and feed-forward layers.
 *
 * @param kind RMSNorm or LayerNorm
 * @param epsilon number that the norm adds to the mean square
 */
public record Norms(Placement placement, Kind kind, float epsilon) {
    public enum Placement {
        /** x += f(norm(x)) */
        PRE,
        /** x += norm(f(x)) */
        POST,
        /** x += norm(f(norm(x))) */
        SANDWICH,
        /** x = norm(x + f(x)), as in the first transformers (Vaswani et al., 2017); then there is no final norm. */
        SUM
    }

    public enum Kind {
        /** Zhang and Sennrich (2019). */
        RMS,
        /** LayerNorm (Ba et al., 2016), with a bias. */
        LAYER,
        /** The same without a bias. */
        LAYER_WITHOUT_BIAS
    }

    /** RMSNorms. */
    public Norms(Placement placement, float epsilon) {
        this(placement, Kind.RMS, epsilon);
    }

    public boolean before() {
        return placement == Placement.PRE || placement == Placement.SANDWICH;
    }

    /** Whether a norm follows a block, before or after its output is added. */
    public boolean after() {
        return placement != Placement.PRE;
    }

    /** Whether the norm after a block applies to the sum. */
    public boolean ofSum() {
        return placement == Placement.SUM;
    }
}
