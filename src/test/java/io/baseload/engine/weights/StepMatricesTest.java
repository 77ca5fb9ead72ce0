package io.baseload.engine.weights;

import static org.assertj.core.api.Assertions.assertThat;

import io.baseload.engine.api.Quantization;
import io.baseload.engine.architecture.Architectures;
import io.baseload.engine.architecture.ModelDefinition;
import io.baseload.engine.format.ModelFolder;
import io.baseload.engine.model.DecoderWeights;
import io.baseload.engine.tensor.Packing;
import io.baseload.testing.Reference;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StepMatricesTest {
    @TempDir
    Path folder;

    @Test
    void matricesForSingleHeadsAreThoseOfLatentAttention() throws Exception {
        assertThat(perHead("deepseek-v3")).containsExactly(Packing.Q8_0);
        assertThat(perHead("tiny-mixtral")).isEmpty();
    }

    private Set<Packing> perHead(String name) throws Exception {
        try (ModelFolder file = ModelFolder.open(Reference.open(name, folder).model())) {
            ModelDefinition definition = Architectures.of(file);
            var planned = new PlannedWeights(definition.weights(), new ImportPackings(Quantization.Q8));
            var noted = new StepMatrices(definition.config(), planned);
            DecoderWeights.load(definition.config(), noted);
            return noted.perHead();
        }
    }
}
