package io.baseload.service.console;

import io.baseload.service.api.Api;
import java.util.Map;
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
        return then(path, next, words, "typed", Map.of(), act);
    }

    /**
     * Performs the action of a form that is shown again as it was filled in, if the action is refused.
     *
     * @param name of the form in the page
     */
    static String then(
            String path, RedirectAttributes next, String words, String name, Map<String, ?> form, Runnable act) {
        try {
            act.run();
        } catch (Api.Refused refused) {
            return refused(path, next, refused, name, form);
        }
        return done(path, next, words);
    }

    static String done(String path, RedirectAttributes next, String words) {
        next.addFlashAttribute("done", words);
        return "redirect:" + path;
    }

    static String refused(String path, RedirectAttributes next, Api.Refused refused, String name, Map<String, ?> form) {
        next.addFlashAttribute(name, form);
        return refused(path, next, refused);
    }

    static String refused(String path, RedirectAttributes next, Api.Refused refused) {
        next.addFlashAttribute("refusal", refused.words());
        return "redirect:" + path;
    }
}
