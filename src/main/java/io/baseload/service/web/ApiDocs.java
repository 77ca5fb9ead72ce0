package io.baseload.service.web;

import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.info.Info;
import io.swagger.v3.oas.models.security.SecurityRequirement;
import io.swagger.v3.oas.models.security.SecurityScheme;
import org.springdoc.core.models.GroupedOpenApi;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Profile;

/** The API page of the development profile: one description for users of models, one for operators. */
@Configuration(proxyBeanMethods = false)
@Profile(Security.DEVELOPMENT)
class ApiDocs {
    private static final String SCHEME = "key";

    @Bean
    OpenAPI description() {
        var bearer = new SecurityScheme().type(SecurityScheme.Type.HTTP).scheme("bearer");
        return new OpenAPI()
                .info(new Info()
                        .title("Baseload")
                        .version("v1")
                        .description("Large language models on CPUs. Every route needs an API key or an identity"
                                + " provider's token. Every refusal has the form"
                                + " {\"error\":{\"message\",\"type\",\"param\",\"code\"}}."))
                .components(new Components().addSecuritySchemes(SCHEME, bearer))
                .addSecurityItem(new SecurityRequirement().addList(SCHEME));
    }

    @Bean
    GroupedOpenApi openai() {
        return GroupedOpenApi.builder()
                .group("openai")
                .pathsToMatch("/v1/**", "/v2/rerank", "/rerank", "/tokenize", "/detokenize")
                .build();
    }

    @Bean
    GroupedOpenApi admin() {
        return GroupedOpenApi.builder()
                .group("admin")
                .pathsToMatch("/admin/v1/**")
                .build();
    }
}
