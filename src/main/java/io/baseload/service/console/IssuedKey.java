package io.baseload.service.console;

import io.baseload.service.api.Api;
import java.util.Map;
import java.util.function.Supplier;
import org.springframework.ui.Model;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** The page with the secret of a new key. It needs nothing else that could be refused, and no redirect, because the secret would have to be stored meanwhile. */
final class IssuedKey {
    private IssuedKey() {}

    /**
     * Creates a key and shows it.
     *
     * @param back the page from which to go on
     * @param form the page of the form, which is shown again as it was filled in if the key is refused
     * @param name of the form in that page
     * @return the view
     */
    static String show(
            String back,
            String form,
            Model model,
            RedirectAttributes next,
            String name,
            Map<String, ?> typed,
            Supplier<Map<String, Object>> act) {
        try {
            model.addAttribute("issued", act.get());
            model.addAttribute("back", back);
            return "key";
        } catch (Api.Refused refused) {
            return FormResult.refused(form, next, refused, name, typed);
        }
    }
}
