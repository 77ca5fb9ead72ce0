package io.baseload.engine.model;

import io.baseload.engine.config.LocalizedFiltering;
import io.baseload.engine.kv.KvPages;
import io.baseload.engine.kv.PageTable;
import io.baseload.engine.model.LocalizedFilteringAttention.LocalizedFilteringWeights;
import io.baseload.engine.profile.Operator;
import io.baseload.engine.tensor.Rows;
import java.util.Arrays;

/**
 * The filter of localized filtering-based attention (Wu et al., 2023): two causal convolutions over two tokens each,
 *
 * <pre>
 * y[t] = b1 + W1·[x[t−1] ; x[t]]        x[−1] = 0
 * z[t] = b2 + W2·[y[t−1] ; y[t]]        y[−1] = 0, not b1
 * f[t] = rms(z[t] + x[t])
 * </pre>
 *
 * x and y of the previous token are in the previous row if it is in the batch, otherwise in that token's page, which keeps them as the layer's state.
 */
final class LocalizedFilter {
    private final LocalizedFilteringWeights weights;
    private final LocalizedFiltering config;
    private final int layer;
    private final KvPages kv;

    /** The state after each row: x, y and the first position that the next token sees. */
    private final Rows state;

    /** The same for drafts, until it is known which of them are accepted. */
    private final Rows draftState;

    private final Rows y;

    /** The state before a row, if the previous row isn't the previous token. */
    private final Rows found;

    private final Rows firstInput;
    private final Rows secondInput;

    /** f before its norm. */
    private final Rows filtered;

    private final AllReduce second;
    private final int[] visible;

    LocalizedFilter(LocalizedFilteringWeights weights, Workspace workspace) {
        this.weights = weights;
        config = weights.config();
        layer = weights.attention().layer();
        kv = workspace.kv();
        state = workspace.rows("filter state", config.stateWidth());
        draftState = Rows.allocate(Batch.MAX_DRAFTS, config.stateWidth());
        y = state.columns(config.hidden(), config.between());
        found = workspace.rows("filter state found", config.stateWidth());
        firstInput = workspace.rows("filter input", 2 * config.hidden());
        secondInput = workspace.rows("filter between", 2 * config.between());
        filtered = workspace.rows("filtered", config.hidden());
        second = workspace.allReduce("filtered", config.hidden());
        visible = workspace.visible();
    }

    /** Computes f of all rows of the batch (few rows are this worker's own copy), and sets the first position that each row sees. */
    Rows run(Worker worker, Rows x) {
        int hidden = config.hidden();
        int from = worker.from(worker.rows());
        int to = worker.to(worker.rows());
        for (int row = from; row < to; row++) {
            find(worker.batch, row);
            System.arraycopy(x.data(), x.at(row), state.data(), state.at(row), hidden);
            pair(worker.batch, row, x.data(), x.at(row), x.at(row) - x.stride(), 0, firstInput);
        }
        worker.did(Operator.CONVOLUTION);
        worker.await();
        weights.first().apply(worker, firstInput, y);
        worker.await();
        for (int row = from; row < to; row++) {
            int at = state.at(row) + hidden;
            pair(worker.batch, row, state.data(), at, at - state.stride(), hidden, secondInput);
            see(worker.batch, row);
            keep(worker.batch, row);
        }
        worker.did(Operator.CONVOLUTION);
        worker.await();
        return rest(worker, x);
    }

    private Rows rest(Worker worker, Rows x) {
        weights.second().apply(worker, secondInput, second.part(worker));
        int first = worker.firstColumn(filtered.width());
        int width = worker.endColumn(filtered.width()) - first;
        for (int row = 0; row < worker.rows(); row++) {
            System.arraycopy(x.data(), x.at(row) + first, filtered.data(), filtered.at(row) + first, width);
        }
        second.add(worker, 1, filtered);
        worker.did(Operator.NORMS_AND_ROTARY);
        worker.await();
        // x is no longer needed, so its few rows may be overwritten.
        return worker.norm(filtered, weights.norm(), worker.own, filtered);
    }

    /** Reads the state in the previous token's page; zeros before the first token. */
    private void find(Batch batch, int row) {
        int position = batch.position(row);
        int at = found.at(row);
        if (position == 0) {
            Arrays.fill(found.data(), at, at + found.width(), 0f);
        } else if (!batch.follows(row)) {
            kv.loadState(batch.table(row).page(position - 1), layer, found.data(), at, found.width());
        }
    }

    /** input = [the previous token's ; the row's own]. */
    private void pair(Batch batch, int row, float[] data, int own, int before, int inState, Rows input) {
        int width = input.width() / 2;
        int to = input.at(row);
        if (batch.follows(row)) {
            System.arraycopy(data, before, input.data(), to, width);
        } else {
            System.arraycopy(found.data(), found.at(row) + inState, input.data(), to, width);
        }
        System.arraycopy(data, own, input.data(), to + width, width);
    }

    /** The first position that the row sees is that of the previous token, unless that token is a separator. */
    private void see(Batch batch, int row) {
        int first = row;
        while (batch.follows(first) && !separates(batch, first - 1)) {
            first--;
        }
        int begin = found.at(first) + found.width() - 1;
        visible[row] = batch.follows(first) ? batch.position(first) : (int) found.data()[begin];
        int next = separates(batch, row) ? batch.position(row) + 1 : visible[row];
        state.data()[state.at(row) + state.width() - 1] = next;
    }

    private boolean separates(Batch batch, int row) {
        return config.separator().isPresent()
                && batch.token(row) == config.separator().getAsInt();
    }

    /** Stores the state in the row's page, if the row is the page's last token so far. */
    private void keep(Batch batch, int row) {
        int draft = row - batch.firstDraft();
        if (draft >= 0) {
            System.arraycopy(state.data(), state.at(row), draftState.data(), draftState.at(draft), state.width());
            return;
        }
        int position = batch.position(row);
        boolean goesOn = row + 1 < batch.firstDraft() && batch.follows(row + 1);
        if (!goesOn || PageTable.slot(position) == KvPages.TOKENS - 1) {
            kv.storeState(batch.table(row).page(position), layer, state.data(), state.at(row), state.width());
        }
    }

    /** Stores the state of a draft in its page. */
    void accept(Batch batch, int row) {
        int at = draftState.at(row - batch.firstDraft());
        kv.storeState(batch.table(row).page(batch.position(row)), layer, draftState.data(), at, draftState.width());
    }
}
