package io.baseload.service.console;

import io.baseload.service.api.Api;
import io.baseload.service.identity.ProviderSignIn;
import io.baseload.service.tenant.Caller;
import io.baseload.service.web.CallerAdmission;
import io.baseload.service.web.Failures;
import io.baseload.service.web.RequestIds;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.URI;
import java.util.Optional;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;

/** Signing in with an API key, with an identity provider's token, or on a provider's pages, and out. */
@Controller
final class SignInPage {
    private final CallerAdmission admission;
    private final Sessions sessions;
    private final ProviderSignIn people;

    SignInPage(CallerAdmission admission, Sessions sessions, ProviderSignIn people) {
        this.admission = admission;
        this.sessions = sessions;
        this.people = people;
    }

    /** The form; after a failed sign-in on a provider's pages, with the reason. */
    @GetMapping(ConsoleSecurity.SIGN_IN)
    String form(HttpServletRequest request, HttpServletResponse response, Model model) {
        ConsoleRefusals.of(request).ifPresent(refusal -> refuse(refusal, response, model));
        return page(model);
    }

    private String page(Model model) {
        model.addAttribute("choices", people.choices());
        return "sign-in";
    }

    private static void refuse(Api.Refused refusal, HttpServletResponse response, Model model) {
        response.setStatus(refusal.status());
        model.addAttribute("refusal", refusal.words());
    }

    @PostMapping(ConsoleSecurity.SIGN_IN)
    String signIn(@RequestParam String key, HttpServletRequest request, HttpServletResponse response, Model model) {
        String secret = key.strip();
        try {
            Caller caller = admission.admit(secret, request);
            sessions.begin(request, caller, new Sessions.Owner.Key(secret));
            return "redirect:" + RequestedPage.take(caller, request, response);
        } catch (RuntimeException e) {
            refuse(Api.Refused.of(Failures.of(e, RequestIds.of(request))), response, model);
            return page(model);
        }
    }

    /**
     * Ends the session, and then the person's session at the provider, if it offers that. The browser goes there by a header of this page: the pages' policy allows no form to lead to
     * another host, not even by a redirect.
     */
    @PostMapping("/console/sign-out")
    String signOut(HttpServletRequest request, HttpServletResponse response, Model model) {
        Optional<Sessions.Owner> owner = Sessions.owner(request);
        Sessions.end(request);
        Optional<URI> provider = owner.flatMap(it -> switch (it) {
            case Sessions.Owner.Key key -> Optional.empty();
            case Sessions.Owner.Visitor visitor -> people.signOut(visitor.signedIn(), request, ConsoleSecurity.SIGN_IN);
        });
        if (provider.isEmpty()) {
            return "redirect:" + ConsoleSecurity.SIGN_IN;
        }
        response.setHeader("Refresh", "0; url=" + provider.get());
        model.addAttribute("provider", provider.get());
        return page(model);
    }

    /** Requests that ended in a filter, and paths that are not pages. */
    @SuppressWarnings("DoNotCallSuggester")
    @RequestMapping({ConsoleSecurity.PROBLEM, "/console/{page:(?!assets).*}", "/console/{page:(?!assets).*}/**"})
    String problem(HttpServletRequest request) {
        throw ConsoleRefusals.of(request)
                .orElseGet(() -> new Api.Refused(HttpServletResponse.SC_NOT_FOUND, "There is no such page."));
    }
}
