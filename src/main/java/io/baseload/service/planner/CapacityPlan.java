package io.baseload.service.planner;

import io.baseload.engine.api.ShardOutline;
import java.util.List;
import java.util.OptionalDouble;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * What a model takes on a machine, and how fast it can be there at best.
 *
 * @param standing what the figures are: of what the program does now, or of what is planned
 * @param weightsBytes all weights, scales included
 * @param scalesBytes of them scales, minimums and the padding of panels
 * @param kvBytesPerToken of one sequence
 * @param kvBytes of all sequences
 * @param workingBytes what a step computes in
 * @param memoryBytes that the machine has
 * @param shards how weights are cut
 * @param stepReadBytes that a step reads
 * @param step one token of each sequence
 * @param decodeTokensPerSecond of all sequences together
 * @param prefillTokensPerSecond of a prompt alone
 * @param oneSocketTokensPerSecond decode on one socket of the same machine, if all fitted into its memory
 * @param bottleneck what limits decode, or that memory doesn't suffice
 * @param nextBottleneck what would limit it then
 * @param users that the least rate can be kept for, each with the context, and that fit into memory; 0 if there are none
 * @param decodeCost of a million decoded tokens in steps of this batch
 * @param prefillCost of a million tokens of prompts
 * @param batches the same over numbers of sequences
 * @param contexts the same over lengths
 * @param notes what a reader has to know about the figures
 */
@JsonNaming(SnakeCaseStrategy.class)
public record CapacityPlan(
        String model,
        String format,
        String machine,
        String standing,
        long parameters,
        int batch,
        int context,
        long weightsBytes,
        long scalesBytes,
        long kvBytesPerToken,
        long kvBytes,
        long workingBytes,
        long memoryBytes,
        boolean fits,
        List<Socket> perSocket,
        Shards shards,
        double readBytesPerSecond,
        long stepReadBytes,
        StepTime step,
        double decodeTokensPerSecond,
        double prefillTokensPerSecond,
        double oneSocketTokensPerSecond,
        String bottleneck,
        String nextBottleneck,
        int users,
        double leastRate,
        OptionalDouble decodeCost,
        OptionalDouble prefillCost,
        List<Point> batches,
        List<Point> contexts,
        List<String> notes) {

    /** What lies with one socket. */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Socket(int socket, long weightsBytes, long kvBytes, long workingBytes, long memoryBytes) {
        boolean fits() {
            return weightsBytes + kvBytes + workingBytes <= memoryBytes;
        }
    }

    /**
     * How the program cuts the model's matrices.
     *
     * @param bytes of each shard
     * @param collectivesPerToken all-reduces of a step
     * @param replicatedBytes copies of what another shard has too
     * @param replicated kinds of matrices of which shards have copies
     * @param widenedBytes what parts take more because a cut goes through a quantized block or a nested scale
     * @param widened kinds of matrices whose parts take more
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Shards(
            int count,
            List<Long> bytes,
            int collectivesPerToken,
            long replicatedBytes,
            List<String> replicated,
            long widenedBytes,
            List<String> widened) {
        static Shards of(ShardOutline cut) {
            return new Shards(
                    cut.shards(),
                    cut.bytes(),
                    cut.shards() == 1 ? 0 : cut.collectives(),
                    cut.replicatedBytes(),
                    cut.replicated(),
                    cut.widenedBytes(),
                    cut.widened());
        }
    }

    /**
     * One point of a curve.
     *
     * @param tokensPerSecond of all sequences together
     * @param tokensPerSecondEach of one
     */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Point(
            int batch,
            int context,
            double tokensPerSecond,
            double tokensPerSecondEach,
            boolean fits,
            String bottleneck) {}
}
