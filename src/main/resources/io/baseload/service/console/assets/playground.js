'use strict';
// The playground: keeps the conversation, asks as a stream, and shows the same request for programs.
(() => {
  const at = id => document.getElementById(id);
  const chat = at('chat'), question = at('question'), refusal = at('refusal');
  let messages = [];
  let running = null;

  const element = (parent, tag, cls, text) => {
    const made = document.createElement(tag);
    if (cls) made.className = cls;
    if (text) made.textContent = text;
    parent.append(made);
    return made;
  };

  const json = (id, name) => {
    const text = at(id).value.trim();
    if (!text) return undefined;
    try {
      return JSON.parse(text);
    } catch (e) {
      throw new Error(name + ' is not JSON: ' + e.message);
    }
  };

  function request(stream) {
    const number = id => at(id).value === '' ? undefined : Number(at(id).value);
    const system = at('system').value.trim();
    const schema = json('schema', 'The schema');
    return {
      model: at('model').value,
      messages: system ? [{role: 'system', content: system}, ...messages] : messages,
      max_tokens: number('max_tokens'),
      temperature: number('temperature'),
      top_p: number('top_p'),
      seed: number('seed'),
      stop: at('stop_text').value || undefined,
      response_format: schema && {type: 'json_schema', json_schema: {name: 'answer', schema: schema}},
      tools: json('tools', 'The list of tools'),
      ...(stream ? {stream: true, stream_options: {include_usage: true}} : {})
    };
  }

  // The request as code in shell, Python and Java.
  function programs() {
    let body;
    const draft = question.value.trim();
    const before = messages;
    try {
      if (draft || !messages.length) messages = [...messages, {role: 'user', content: draft || 'Hello'}];
      body = request(false);
    } catch (e) {
      return;
    } finally {
      messages = before;
    }
    const text = JSON.stringify(body, null, 2);
    const base = location.origin + '/v1';
    at('as-curl').textContent = 'curl ' + base + '/chat/completions -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" -d @- <<\'END\'\n' + text + '\nEND';
    at('as-python').textContent = 'import json, os\nfrom openai import OpenAI\n\nclient = OpenAI(base_url="' + base + '", api_key=os.environ["KEY"])\nanswer = client.chat.completions.create(**json.loads(r"""\n'
        + text + '\n"""))\nprint(answer.choices[0].message.content)';
    at('as-java').textContent = 'var request = HttpRequest.newBuilder(URI.create("' + base + '/chat/completions"))\n    .header("Authorization", "Bearer " + System.getenv("KEY"))\n    .header("Content-Type", "application/json")\n    .POST(BodyPublishers.ofString("""\n'
        + text.replaceAll('\\', '\\\\').replaceAll('"""', '\\"""') + '\n"""))\n    .build();\nvar answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());\nSystem.out.println(answer.body());';
  }

  function say(role, text) {
    const box = element(chat, 'div', 'said ' + role);
    element(box, 'span', 'hidden', role === 'user' ? 'You: ' : 'Answer: ');
    return {box, text: element(box, 'div', 'text', text)};
  }

  function refuse(words) {
    refusal.textContent = words;
    refusal.hidden = !words;
  }

  // Server-sent events of a response, one by one.
  async function* events(response) {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const {value, done} = await reader.read();
      if (done) return;
      const parts = (rest + value).split('\n\n');
      rest = parts.pop();
      for (const part of parts) {
        const data = part.split('\n').find(line => line.startsWith('data: '));
        if (data && data !== 'data: [DONE]') yield JSON.parse(data.slice(6));
      }
    }
  }

  async function answer() {
    const begun = performance.now();
    const shown = say('assistant', '');
    const said = {role: 'assistant', content: ''};
    let reasoning = null, first = 0, usage = null, reason = '';
    const calls = [];
    try {
      const response = await fetch('/console/playground/answer', {
        method: 'POST',
        headers: {'Content-Type': 'application/json', 'X-XSRF-TOKEN': document.querySelector('meta[name=form-token]').content},
        body: JSON.stringify(request(true)),
        signal: running.signal
      });
      if (!response.ok) {
        const failure = await response.json().catch(() => null);
        throw new Error(failure?.error?.message ?? 'The service answered ' + response.status + '. Sign in again.');
      }
      for await (const event of events(response)) {
        if (event.error) throw new Error(event.error.message);
        usage = event.usage ?? usage;
        const choice = event.choices?.[0];
        if (!choice) continue;
        reason = choice.finish_reason ?? reason;
        const delta = choice.delta ?? {};
        if (!first && (delta.content || delta.reasoning_content || delta.tool_calls)) first = performance.now();
        if (delta.reasoning_content) {
          reasoning ??= shown.box.insertBefore(element(shown.box, 'div', 'reasoning'), shown.text);
          reasoning.textContent += delta.reasoning_content;
        }
        if (delta.content) {
          said.content += delta.content;
          shown.text.textContent = said.content;
        }
        for (const part of delta.tool_calls ?? []) {
          calls[part.index] ??= {id: part.id, type: 'function', function: {name: part.function.name, arguments: ''}};
          calls[part.index].function.arguments += part.function.arguments ?? '';
        }
      }
    } catch (e) {
      if (e.name !== 'AbortError') refuse(e.message);
      reason = e.name === 'AbortError' ? 'stopped' : 'failed';
    }
    for (const call of calls.filter(call => call)) {
      element(shown.box, 'pre', '', call.function.name + ' ' + call.function.arguments);
    }
    if (calls.length) said.tool_calls = calls;
    const seconds = (performance.now() - begun) / 1e3;
    const facts = [];
    if (usage) {
      facts.push(usage.prompt_tokens + ' prompt tokens' + (usage.prompt_tokens_details?.cached_tokens ? ' (' + usage.prompt_tokens_details.cached_tokens + ' reused)' : ''));
      facts.push(usage.completion_tokens + ' answer tokens');
    }
    if (first) facts.push('first after ' + ((first - begun) / 1e3).toFixed(2) + ' s');
    facts.push(seconds.toFixed(2) + ' s in total');
    if (usage && first && usage.completion_tokens > 1) {
      facts.push(((usage.completion_tokens - 1) / (seconds - (first - begun) / 1e3)).toFixed(1) + ' tokens/s');
    }
    if (reason) facts.push('ended by ' + reason);
    element(shown.box, 'footer', '', facts.join(' · '));
    if (said.content || said.tool_calls) messages.push(said); else messages.pop();
    if (!said.content && !said.tool_calls && reason === 'failed') shown.box.remove();
  }

  async function ask() {
    const text = question.value.trim();
    if (!text || running) return;
    refuse('');
    try {
      request(true);
    } catch (e) {
      refuse(e.message);
      return;
    }
    messages.push({role: 'user', content: text});
    say('user', text);
    question.value = '';
    running = new AbortController();
    at('send').disabled = true;
    at('stop').disabled = false;
    await answer();
    running = null;
    at('send').disabled = false;
    at('stop').disabled = true;
    programs();
  }

  at('ask').addEventListener('submit', event => { event.preventDefault(); ask(); });
  question.addEventListener('keydown', event => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) { event.preventDefault(); ask(); }
  });
  at('stop').addEventListener('click', () => running?.abort());
  at('clear').addEventListener('click', () => { running?.abort(); messages = []; chat.replaceChildren(); refuse(''); programs(); question.focus(); });
  at('fields').addEventListener('input', programs);
  question.addEventListener('input', programs);
  programs();
})();
