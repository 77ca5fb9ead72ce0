package io.baseload.service.planner;

import io.baseload.engine.api.KernelTiers;
import io.baseload.engine.api.ShardOutline;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * A model's memory and best possible speed on a machine.
 *
 * @param format of the weights
 * @param precision of linear layers
 * @param kvPrecision of the KV cache
 * @param measured whether the machine's rates were measured; otherwise they follow from its description
 * @param sockets of the machine; if it was measured, its memory nodes
 * @param kernels those of the machine
 * @param standing whether the figures describe the program as it is, or plans
 * @param weightsBytes all weights, including scales
 * @param scalesBytes of them scales, minimums and the padding of panels
 * @param kvBytesPerToken of one sequence
 * @param kvBytes of all sequences
 * @param workingBytes working space of a step
 * @param memoryBytes memory of the machine; of this one the part that models can take
 * @param shards how weights are split
 * @param stepReadBytes bytes read by a step
 * @param step one token of each sequence
 * @param decodeTokensPerSecond of all sequences together
 * @param prefillTokensPerSecond of a prompt alone
 * @param oneSocketTokensPerSecond decode on one socket of the same machine, if everything fitted into its memory
 * @param bottleneck the limit of decode, or that memory doesn't suffice
 * @param nextBottleneck the next limit
 * @param users the number of users for whom the least rate can be kept, each with the context, and who fit into memory; 0 if there are none
 * @param decodeCost of a million decoded tokens in steps of this batch
 * @param prefillCost of a million tokens of prompts
 * @param batches the same over numbers of sequences
 * @param contexts the same over lengths
 * @param notes remarks about the figures for the reader
 */
@JsonNaming(SnakeCaseStrategy.class)
public record CapacityPlan(
        String model,
        String format,
        String precision,
        String kvPrecision,
        String machine,
        boolean measured,
        int sockets,
        KernelTiers kernels,
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

    /** The points of both curves. */
    public List<Point> points() {
        return Stream.concat(batches.stream(), contexts.stream()).toList();
    }

    /** The parts on one socket. */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Socket(int socket, long weightsBytes, long kvBytes, long workingBytes, long memoryBytes) {
        boolean fits() {
            return weightsBytes + kvBytes + workingBytes <= memoryBytes;
        }
    }

    /**
     * How the program splits the model's matrices.
     *
     * @param bytes of each shard
     * @param collectivesPerToken all-reduces of a step
     * @param replicatedBytes copies of parts that another shard has too
     * @param replicated kinds of matrices of which shards have copies
     * @param widenedBytes additional bytes where a cut goes through a quantized block or a nested scale
     * @param widened kinds of matrices with such parts
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
                    cut.collectives(),
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
