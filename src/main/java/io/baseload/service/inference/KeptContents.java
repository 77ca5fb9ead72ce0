package io.baseload.service.inference;

import io.baseload.chat.api.CompletionRequest;
import io.baseload.service.contents.ContentOwner;
import io.baseload.service.contents.ContentPart;
import io.baseload.service.contents.ContentSealer;
import io.baseload.service.contents.SealedContent;
import java.util.List;

/** Seals what a request says and is told, where its tenant wants that kept. */
record KeptContents(ContentSealer sealer, ContentOwner owner) {
    SealedContent prompt(CompletionRequest request) {
        return sealer.seal(owner, ContentPart.PROMPT, ContentJson.prompt(request));
    }

    SealedContent answers(List<Transcript.Answer> answers) {
        return sealer.seal(owner, ContentPart.ANSWER, ContentJson.answers(answers));
    }
}
