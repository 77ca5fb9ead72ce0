package io.baseload.engine.store;

import io.baseload.engine.store.ModelHeader.CopiedFile;
import io.baseload.engine.store.ModelHeader.SourceTensor;
import io.baseload.engine.tensor.Packing;
import java.io.ByteArrayOutputStream;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Writes a header as JSON. The same model always gives the same bytes, whose hash is its name. */
final class HeaderWriter {
    /** The field for a weight's name, where the name is not a key. */
    static final String NAME = "name";

    private final JsonGenerator out;

    private HeaderWriter(JsonGenerator out) {
        this.out = out;
    }

    static byte[] json(ModelHeader header) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = new JsonFactory().createGenerator(ObjectWriteContext.empty(), bytes)) {
            new HeaderWriter(out).write(header);
        }
        return bytes.toByteArray();
    }

    /** One weight in a line. */
    static byte[] json(StoredWeight weight) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator out = new JsonFactory().createGenerator(ObjectWriteContext.empty(), bytes)) {
            out.writeStartObject();
            out.writeStringProperty(NAME, weight.name());
            new HeaderWriter(out).weight(weight);
            out.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private void write(ModelHeader header) {
        out.writeStartObject();
        out.writeStringProperty("format", ModelHeader.FORMAT);
        out.writeNumberProperty("version", ModelHeader.VERSION);
        source(header.source());
        out.writeStringProperty("quantization", header.quantization().label());
        files(header);
        out.writeNumberProperty("bytes", header.bytes());
        weights(header);
        out.writeEndObject();
    }

    private void source(ModelHeader.Source source) {
        out.writeObjectPropertyStart("source");
        out.writeStringProperty("format", source.format());
        out.writeNumberProperty("bytes", source.bytes());
        out.writeObjectPropertyStart("tensors");
        for (SourceTensor tensor : source.tensors()) {
            out.writeObjectPropertyStart(tensor.name());
            out.writeStringProperty("type", tensor.type().name());
            out.writeName("shape");
            long[] shape = tensor.shape().stream().mapToLong(Long::longValue).toArray();
            out.writeArray(shape, 0, shape.length);
            out.writeEndObject();
        }
        out.writeEndObject();
        out.writeEndObject();
    }

    private void files(ModelHeader header) {
        out.writeObjectPropertyStart("files");
        for (CopiedFile file : header.files()) {
            out.writeObjectPropertyStart(file.name());
            out.writeNumberProperty("bytes", file.bytes());
            out.writeStringProperty("sha256", file.sha256());
            out.writeEndObject();
        }
        out.writeEndObject();
    }

    private void weights(ModelHeader header) {
        out.writeObjectPropertyStart("weights");
        for (StoredWeight weight : header.weights()) {
            out.writeObjectPropertyStart(weight.name());
            weight(weight);
            out.writeEndObject();
        }
        out.writeEndObject();
    }

    private void weight(StoredWeight weight) {
        out.writeName("shape");
        int[] shape = weight.shape().stream().mapToInt(Integer::intValue).toArray();
        out.writeArray(shape, 0, shape.length);
        weight.packing().ifPresent(this::packing);
        out.writeNumberProperty("offset", weight.offset());
        out.writeNumberProperty("bytes", weight.bytes());
        out.writeStringProperty("sha256", weight.sha256());
    }

    private void packing(Packing packing) {
        out.writeStringProperty("codes", packing.codes().name());
        out.writeNumberProperty("block", packing.block());
        out.writeStringProperty("scales", packing.scales().name());
    }
}
