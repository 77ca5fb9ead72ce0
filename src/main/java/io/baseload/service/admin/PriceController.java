package io.baseload.service.admin;

import io.baseload.service.quota.Price;
import io.baseload.service.quota.Prices;
import io.baseload.service.tenant.Caller;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** Prices of tokens. */
@RestController
@RequestMapping("/admin/v1/prices")
final class PriceController {
    private final Prices prices;

    PriceController(Prices prices) {
        this.prices = prices;
    }

    /**
     * A price in JSON, both ways, for a million tokens.
     *
     * @param cached absent = as {@code prompt}
     * @param validFrom RFC 3339; absent = now
     */
    @JsonNaming(SnakeCaseStrategy.class)
    record Form(
            @Nullable String model,
            @Nullable BigDecimal prompt,
            @Nullable BigDecimal cached,
            @Nullable BigDecimal completion,
            @Nullable String validFrom) {
        static Form of(Price price) {
            return new Form(
                    price.model(),
                    Money.plain(price.prompt()),
                    Money.plain(price.cached()),
                    Money.plain(price.completion()),
                    price.validFrom().toString());
        }

        Price read(Instant from) {
            BigDecimal ofPrompt = amount("prompt", prompt);
            return new Price(
                    BudgetForm.model("model", Refusals.present("model", model)),
                    from,
                    ofPrompt,
                    cached == null ? ofPrompt : amount("cached", cached),
                    amount("completion", completion));
        }

        private static BigDecimal amount(String field, @Nullable BigDecimal amount) {
            return Money.read(field, Refusals.present(field, amount), Money.MAX_PRICE);
        }
    }

    /** All of them: past, current and future ones. */
    @GetMapping
    Page<Form> list() {
        List<Form> all = prices.list().stream().map(Form::of).toList();
        return new Page<>("list", all, null);
    }

    @PostMapping
    @ResponseStatus(HttpStatus.CREATED)
    Form add(@RequestBody Form form, @AuthenticationPrincipal Caller caller) {
        Optional<Instant> from = Optional.ofNullable(form.validFrom()).map(text -> Refusals.time("valid_from", text));
        return prices.add(caller.actor(), form.read(from.orElse(Instant.EPOCH)), from)
                .map(Form::of)
                .orElseThrow(() -> Refusals.invalid(
                        "valid_from",
                        "invalid_value",
                        "'valid_from' must be now or later, and no other price of the model may begin then."));
    }

    /** Withdraws a price that has not started. */
    @DeleteMapping
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void remove(
            @RequestParam String model,
            @RequestParam("valid_from") String validFrom,
            @AuthenticationPrincipal Caller caller) {
        String id = BudgetForm.model("model", model);
        if (!prices.remove(caller.actor(), id, Refusals.time("valid_from", validFrom))) {
            throw Refusals.notFound("upcoming price of the model", id);
        }
    }
}
