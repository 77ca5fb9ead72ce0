package io.baseload.service.console;

import io.baseload.service.api.Api;
import io.baseload.service.web.CallerAdmission;
import io.baseload.service.web.Failures;
import io.baseload.service.web.RequestIds;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Signing in with an API key, or with an identity provider's token, and out. */
@Controller
final class SignInPage {
    private final CallerAdmission admission;
    private final Sessions sessions;

    SignInPage(CallerAdmission admission, Sessions sessions) {
        this.admission = admission;
        this.sessions = sessions;
    }

    @GetMapping(ConsoleSecurity.SIGN_IN)
    String form() {
        return "sign-in";
    }

    @PostMapping(ConsoleSecurity.SIGN_IN)
    String signIn(@RequestParam String key, HttpServletRequest request, HttpServletResponse response, Model model) {
        String secret = key.strip();
        try {
            sessions.begin(request, admission.admit(secret, request), secret);
            return "redirect:" + ConsolePage.HOME.path();
        } catch (RuntimeException e) {
            var refusal = Api.Refused.of(Failures.of(e, RequestIds.of(request)));
            response.setStatus(refusal.status());
            model.addAttribute("refusal", refusal.words());
            return "sign-in";
        }
    }

    @PostMapping("/console/sign-out")
    String signOut(HttpServletRequest request) {
        Sessions.end(request);
        return "redirect:" + ConsoleSecurity.SIGN_IN;
    }

    /** Requests that ended in a filter, and paths that are not pages. */
    @SuppressWarnings("DoNotCallSuggester")
    @RequestMapping({ConsoleSecurity.PROBLEM, "/console/{page:(?!assets).*}", "/console/{page:(?!assets).*}/**"})
    String problem(HttpServletRequest request) {
        throw ConsoleRefusals.shown(request);
    }
}
