package io.baseload.service.admin;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.baseload.service.quota.TenantUsage;
import io.baseload.service.tenant.UsageBudget;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/**
 * The budgets of a key or an identity, in JSON, both ways.
 *
 * @param windows none = an empty list
 * @param expectedWindows in a request: the windows that the caller knows, and changes only if nobody else has changed them
 */
@JsonNaming(SnakeCaseStrategy.class)
record WindowsForm(
        @Nullable List<@Nullable BudgetForm> windows,

        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<@Nullable BudgetForm> expectedWindows) {

    /** With the usage of the current windows. */
    record Counted(List<UsageForm.Window> windows) {
        static Counted of(List<TenantUsage.Window> windows) {
            return new Counted(windows.stream().map(UsageForm.Window::of).toList());
        }
    }

    static WindowsForm of(List<UsageBudget> windows) {
        return new WindowsForm(
                windows.stream().<@Nullable BudgetForm>map(BudgetForm::of).toList(), null);
    }

    /**
     * The requested change of the present budgets.
     *
     * @param of whose they are, such as "the key 'bl_12345678'"
     */
    UnaryOperator<List<UsageBudget>> change(String of) {
        var wanted = BudgetForm.read(Refusals.present("windows", windows));
        return present -> {
            BudgetForm.requireExpected(expectedWindows, present, of);
            return wanted;
        };
    }
}
