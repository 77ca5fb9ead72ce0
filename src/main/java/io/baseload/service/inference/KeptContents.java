package io.baseload.service.inference;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.chat.api.EncodingInput;
import io.baseload.service.contents.ContentOwner;
import io.baseload.service.contents.ContentPart;
import io.baseload.service.contents.ContentSealer;
import io.baseload.service.contents.SealedContent;
import java.util.List;

/** Encrypts a request and its answers, if its tenant wants them kept. */
record KeptContents(ContentSealer sealer, ContentOwner owner, Transcript transcript) {
    SealedContent prompt(CompletionRequest request) {
        return sealer.seal(owner, ContentPart.PROMPT, ContentJson.prompt(request));
    }

    SealedContent prompt(EncodingInput input) {
        return sealer.seal(owner, ContentPart.PROMPT, ContentJson.prompt(input));
    }

    /** The encoder's output for the prompt. */
    SealedContent outputs(List<float[]> outputs) {
        return sealer.seal(owner, ContentPart.ANSWER, ContentJson.outputs(outputs));
    }

    /** The answers so far. */
    SealedContent answers() {
        return sealer.seal(owner, ContentPart.ANSWER, ContentJson.answers(transcript.answers()));
    }
}
