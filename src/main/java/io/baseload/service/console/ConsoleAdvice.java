package io.baseload.service.console;

import io.baseload.service.api.Api;
import io.baseload.service.tenant.Caller;
import io.baseload.service.web.Failures;
import io.baseload.service.web.RequestIds;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.ModelAttribute;
import org.springframework.web.servlet.ModelAndView;

/** The common parts of every page: who is signed in, and the available pages. Failures are pages with the API's messages; for a part of a page, only the message. */
@ControllerAdvice(basePackageClasses = ConsolePage.class)
@Order(Ordered.HIGHEST_PRECEDENCE)
final class ConsoleAdvice {
    @ModelAttribute
    void frame(Model model, HttpServletRequest request, @AuthenticationPrincipal @Nullable Object principal) {
        model.addAllAttributes(frame(request, principal));
    }

    private static Map<String, Object> frame(HttpServletRequest request, @Nullable Object principal) {
        return principal instanceof Caller caller
                ? Map.of(
                        "caller", caller,
                        "who", name(request, caller),
                        "pages", ConsolePage.of(caller),
                        "here", ConsolePage.at(request.getRequestURI()))
                : Map.of("pages", List.of());
    }

    private static String name(HttpServletRequest request, Caller caller) {
        return Sessions.owner(request)
                .map(owner -> switch (owner) {
                    case Sessions.Owner.Key key -> caller.keyPrefix();
                    case Sessions.Owner.Visitor visitor -> visitor.signedIn().name();
                })
                .orElse(caller.keyPrefix());
    }

    @ExceptionHandler
    ModelAndView answer(Exception failure, HttpServletRequest request, HttpServletResponse response) {
        Api.Refused refusal = failure instanceof Api.Refused refused
                ? refused
                : Api.Refused.of(Failures.of(failure, RequestIds.of(request)));
        response.setStatus(refusal.status());
        if (request.getHeader("HX-Request") != null) {
            // inside the part, which stays and may be requested again; parts.js puts it before a list of models
            response.setHeader("HX-Reswap", "innerHTML");
            return new ModelAndView("parts :: refused", Map.of("words", refusal.words()));
        }
        Authentication known = SecurityContextHolder.getContext().getAuthentication();
        Map<String, Object> frame = frame(request, known == null ? null : known.getPrincipal());
        var page = new ModelAndView("problem", frame);
        page.addObject("status", refusal.status());
        page.addObject("words", refusal.words());
        page.addObject("id", RequestIds.of(request));
        return page;
    }
}
