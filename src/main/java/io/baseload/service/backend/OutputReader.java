package io.baseload.service.backend;

import io.baseload.chat.api.InvalidRequestException;
import io.baseload.chat.api.UpstreamException;
import io.baseload.chat.api.UpstreamException.Reason;
import io.baseload.chat.api.Vectors;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonParser.NumberType;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads a backend's answer to texts or documents, as it arrives, and accepts only a whole one: an output for each of them, of finite numbers, and vectors of one length. So no other
 * part of the service has to doubt a vector.
 *
 * <p>Vectors come as numbers, or as the bytes of float32 numbers in base 64. Scores come in {@code results}, as from Jina, Cohere, vLLM and llama.cpp, or as a list without an object
 * around it, as from SGLang.
 */
final class OutputReader {
    private static final int MAX_LENGTH = 1 << 16;
    /** A string that is read at once may be the longest vector in base 64. */
    private static final JsonMapper JSON = new JsonMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(6 * MAX_LENGTH)
                    .build())
            .build());
    /** Of the whole answer: room for the longest form of each number, and for documents that the backend sends back. */
    static final long MAX_BYTES = 512L << 20;

    private final int count;
    private final boolean ranks;
    private final OptionalInt dimensions;
    private final VectorMemory.Share memory;
    private final TreeMap<Integer, float[]> outputs = new TreeMap<>();
    private int length;
    private long numbers;
    private int promptTokens;
    private int totalTokens;

    /**
     * @param count of texts or documents
     * @param ranks whether these are scores, not vectors
     * @param dimensions length of each vector, as requested; a backend that doesn't know the field sends longer ones, which are shortened here
     * @param memory from which the vectors take theirs
     */
    OutputReader(int count, boolean ranks, OptionalInt dimensions, VectorMemory.Share memory) {
        this.count = count;
        this.ranks = ranks;
        this.dimensions = dimensions;
        this.memory = memory;
    }

    /**
     * The outputs, in the order of their texts.
     *
     * @throws UpstreamException if the answer is not what was asked for
     * @throws InvalidRequestException if this model, or this service, can't compute it: known only from the answer
     * @throws io.baseload.chat.api.NoRoomForOutputsException if there is no memory left for the vectors
     * @throws JacksonException if it is not JSON, or breaks off
     */
    List<float[]> read(InputStream answer) {
        try (JsonParser json = JSON.createParser(answer)) {
            JsonToken first = json.nextToken();
            if (first == JsonToken.START_OBJECT) {
                readAnswer(json);
            } else if (first == JsonToken.START_ARRAY && ranks) {
                readEntries(json);
            } else {
                throw bad("sent something that is not an answer");
            }
            if (json.nextToken() != null) {
                throw bad("sent something after its answer");
            }
        }
        if (outputs.size() != count) {
            throw bad("sent " + outputs.size() + " results for " + count + " texts");
        }
        if (!ranks && length < dimensions.orElse(1)) {
            throw new InvalidRequestException(
                    "dimensions",
                    "invalid_value",
                    "Invalid 'dimensions': this model's vectors have " + length + " numbers.");
        }
        return List.copyOf(outputs.values());
    }

    /** Tokens of the texts, if the backend reported them; an encoder has no others, so that the total says the same. */
    OptionalInt tokens() {
        int tokens = promptTokens > 0 ? promptTokens : totalTokens;
        return tokens > 0 ? OptionalInt.of(tokens) : OptionalInt.empty();
    }

    /** The length of the model's own vectors, if it has sent one and the request names none. */
    OptionalInt length() {
        return length > 0 && dimensions.isEmpty() ? OptionalInt.of(length) : OptionalInt.empty();
    }

    private void readAnswer(JsonParser json) {
        for (String name = json.nextName(); name != null; name = json.nextName()) {
            JsonToken value = json.nextToken();
            if (name.equals(ranks ? "results" : "data") && value == JsonToken.START_ARRAY) {
                readEntries(json);
            } else if (name.equals("usage") && value == JsonToken.START_OBJECT) {
                readUsage(json);
            } else {
                json.skipChildren();
            }
        }
    }

    private void readEntries(JsonParser json) {
        while (json.nextToken() != JsonToken.END_ARRAY) {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                throw bad("sent a result that is not an object");
            }
            readEntry(json);
        }
    }

    private void readEntry(JsonParser json) {
        int index = -1;
        float[] output = {};
        for (String name = json.nextName(); name != null; name = json.nextName()) {
            json.nextToken();
            switch (name) {
                case "index" -> index = integer(json);
                case "embedding" -> output = ranks ? skipped(json) : vector(json);
                case "relevance_score", "score" -> output = ranks ? new float[] {number(json)} : skipped(json);
                default -> json.skipChildren();
            }
        }
        if (index < 0 || index >= count || output.length == 0 || outputs.put(index, output) != null) {
            throw bad("sent a result that belongs to no text, to the same as another, or is empty");
        }
    }

    private static float[] skipped(JsonParser json) {
        json.skipChildren();
        return new float[0];
    }

    private void readUsage(JsonParser json) {
        for (String name = json.nextName(); name != null; name = json.nextName()) {
            json.nextToken();
            switch (name) {
                case "prompt_tokens" -> promptTokens = integer(json);
                case "total_tokens" -> totalTokens = integer(json);
                default -> json.skipChildren();
            }
        }
    }

    /** -1 if it is none, or too large for one. */
    private static int integer(JsonParser json) {
        if (json.currentToken() == JsonToken.VALUE_NUMBER_INT && json.getNumberType() == NumberType.INT) {
            return json.getIntValue();
        }
        json.skipChildren();
        return -1;
    }

    private float[] vector(JsonParser json) {
        float[] vector = json.currentToken() == JsonToken.VALUE_STRING ? decoded(json.getString()) : listed(json);
        if (vector.length > MAX_LENGTH) {
            throw bad("sent a vector of more than " + MAX_LENGTH + " numbers");
        }
        if (length == 0) {
            length = vector.length;
        }
        if (vector.length != length || length == 0) {
            throw bad("sent a vector of " + vector.length + " numbers, but " + Math.max(length, 1) + " were expected");
        }
        int wanted = Math.min(dimensions.orElse(length), length);
        takeMemory(wanted);
        return wanted == length ? vector : Vectors.shortened(vector, wanted);
    }

    private void takeMemory(int more) {
        numbers += more;
        if (numbers > memory.most()) {
            throw new InvalidRequestException(
                    "input",
                    "invalid_value",
                    "Invalid 'input': the vectors of a request may have at most " + memory.most()
                            + " numbers altogether. Send fewer texts at a time.");
        }
        memory.take(more);
    }

    private static float[] decoded(String text) {
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw bad("sent a vector that is not in base 64");
        }
        if (bytes.length % Float.BYTES != 0) {
            throw bad("sent a vector with a part of a number");
        }
        var vector = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
        for (float number : vector) {
            checkFinite(number);
        }
        return vector;
    }

    private float[] listed(JsonParser json) {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            throw bad("sent a vector that is not a list of numbers");
        }
        var vector = new float[1024];
        int size = 0;
        while (json.nextToken() != JsonToken.END_ARRAY && size <= MAX_LENGTH) {
            if (json.currentToken() == JsonToken.START_ARRAY && length == 0) {
                throw new InvalidRequestException(
                        "model",
                        "unsupported_value",
                        "The backend sent a vector for each token, not for each text: this model is not for"
                                + " embeddings.");
            }
            if (size == vector.length) {
                vector = Arrays.copyOf(vector, 2 * size);
            }
            vector[size++] = number(json);
        }
        return Arrays.copyOf(vector, size);
    }

    private static float number(JsonParser json) {
        if (!json.currentToken().isNumeric()) {
            throw bad("sent a result that is not a number");
        }
        return checkFinite(json.getFloatValue());
    }

    private static float checkFinite(float number) {
        if (!Float.isFinite(number)) {
            throw bad("sent a number that is infinite, or none");
        }
        return number;
    }

    private static UpstreamException bad(String what) {
        return new UpstreamException(Reason.FAILED, "The backend " + what + ".");
    }
}
