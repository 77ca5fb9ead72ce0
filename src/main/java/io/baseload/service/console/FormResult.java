package io.baseload.service.console;

import io.baseload.service.api.Api;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The result of submitting a form: its page is shown again, with a message about what was done or why not. */
final class FormResult {
    private FormResult() {}

    /**
     * Performs the action.
     *
     * @param words the message
     * @param act throws {@link Api.Refused} if it is refused
     * @return the view
     */
    static String then(ConsolePage page, RedirectAttributes next, String words, Runnable act) {
        return then(page.path(), next, words, act);
    }

    static String then(String path, RedirectAttributes next, String words, Runnable act) {
        try {
            act.run();
            next.addFlashAttribute("done", words);
        } catch (Api.Refused refused) {
            next.addFlashAttribute("refusal", refused.words());
        }
        return "redirect:" + path;
    }
}
