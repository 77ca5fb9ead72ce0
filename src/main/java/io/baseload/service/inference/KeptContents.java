package io.baseload.service.inference;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.service.contents.ContentOwner;
import io.baseload.service.contents.ContentPart;
import io.baseload.service.contents.ContentSealer;
import io.baseload.service.contents.SealedContent;

/** Seals what a request says and is told, where its tenant wants that kept. */
record KeptContents(ContentSealer sealer, ContentOwner owner, Transcript transcript) {
    SealedContent prompt(CompletionRequest request) {
        return sealer.seal(owner, ContentPart.PROMPT, ContentJson.prompt(request));
    }

    /** What there is of the answers. */
    SealedContent answers() {
        return sealer.seal(owner, ContentPart.ANSWER, ContentJson.answers(transcript.answers()));
    }
}
