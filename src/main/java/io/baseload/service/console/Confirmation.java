package io.baseload.service.console;

import java.util.List;
import java.util.Map;
import org.springframework.ui.Model;

/**
 * The page before an action that affects others.
 *
 * @param back the path of the page that it belongs to
 * @param path the action's, below that of the page
 */
record Confirmation(String back, String title, String button, String path) {
    /**
     * Asks for it.
     *
     * @param fields the fields of the form, which are sent again with the action
     * @param consequences sentences
     * @return the view
     */
    String ask(Model page, Map<String, String> fields, List<String> consequences) {
        page.addAttribute("title", title);
        page.addAttribute("button", button);
        page.addAttribute("back", back);
        page.addAttribute("action", back + "/" + path);
        page.addAttribute("fields", fields);
        page.addAttribute("consequences", consequences);
        return "confirm";
    }
}
