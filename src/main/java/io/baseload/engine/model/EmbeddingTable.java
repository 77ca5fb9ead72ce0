package io.baseload.engine.model;

import io.baseload.engine.kernel.Kernels;
import io.baseload.engine.tensor.PackedMatrix;
import io.baseload.engine.tensor.Rows;

/** The embedding: a row for each token. Each shard has the rows of some tokens. */
record EmbeddingTable(PackedMatrix[] parts) {

    void embed(Kernels kernels, int token, Rows y, int row) {
        int shard = 0;
        int own = token;
        while (own >= parts[shard].rows()) {
            own -= parts[shard++].rows();
        }
        kernels.embed(parts[shard], own, y, row);
    }
}
