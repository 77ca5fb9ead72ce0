'use strict';
// The playground: keeps the conversation, asks as a stream, and shows the same request for programs.
(() => {
  const at = id => document.getElementById(id);
  const chat = at('chat'), question = at('question'), refusal = at('refusal');
  let messages = [];
  let running = null;
  let open = []; // calls of tools that wait for their results

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

  // The answer to the latest messages; those of this conversation, even if another one begins meanwhile.
  async function answer(mine, asked) {
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
      if (response.status === 401) throw new Error('Your session has ended. Sign in again.');
      if (!response.ok) {
        const failure = await response.json().catch(() => null);
        throw new Error(failure?.error?.message ?? 'The service answered ' + response.status + '.');
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
      if (e.name !== 'AbortError' && mine === messages) refuse(e.message);
      reason = e.name === 'AbortError' ? 'stopped' : 'failed';
    }
    const broken = reason === 'failed' || reason === 'stopped';
    const made = calls.filter(call => call);
    for (const call of made) {
      element(shown.box, 'pre', '', call.function.name + ' ' + call.function.arguments);
    }
    if (made.length && !broken) said.tool_calls = made;
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
    if (said.content || said.tool_calls) {
      mine.push(said);
      if (said.tool_calls && mine === messages) open = made.map(call => ({id: call.id, field: resultField(shown.box, call)}));
      return;
    }
    mine.splice(asked.from);
    if (mine !== messages) return;
    // the question and the results become editable again
    open = asked.results;
    open.forEach(call => call.field.readOnly = false);
    question.value ||= asked.text;
    if (!broken) {
      refuse((reasoning ? 'The answer has reasoning only' : 'The answer is empty') + (reason === 'length' ? ': raise "Maximum tokens".' : '.'));
      return;
    }
    if (!first) {
      shown.box.remove();
      asked.box?.remove();
    }
  }

  function resultField(box, call) {
    const label = element(box, 'label', '', 'Result of ' + call.function.name);
    const field = element(label, 'textarea', 'result');
    field.rows = 2;
    return field;
  }

  async function ask() {
    const text = question.value.trim();
    if (running || !text && !open.length) return;
    if (open.some(call => !call.field.value.trim())) {
      refuse('Give the result of each call first.');
      return;
    }
    refuse('');
    try {
      request(true);
    } catch (e) {
      refuse(e.message);
      return;
    }
    const asked = {from: messages.length, text: text, results: open, box: null};
    for (const call of open) {
      messages.push({role: 'tool', tool_call_id: call.id, content: call.field.value});
      call.field.readOnly = true;
    }
    open = [];
    if (text) {
      messages.push({role: 'user', content: text});
      asked.box = say('user', text).box;
    }
    question.value = '';
    running = new AbortController();
    at('send').disabled = true;
    at('stop').disabled = false;
    chat.setAttribute('aria-busy', 'true');
    await answer(messages, asked);
    running = null;
    at('send').disabled = false;
    at('stop').disabled = true;
    chat.setAttribute('aria-busy', 'false');
    programs();
  }

  at('ask').addEventListener('submit', event => { event.preventDefault(); ask(); });
  question.addEventListener('keydown', event => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) { event.preventDefault(); ask(); }
  });
  at('stop').addEventListener('click', () => running?.abort());
  at('clear').addEventListener('click', () => { running?.abort(); messages = []; open = []; chat.replaceChildren(); refuse(''); programs(); question.focus(); });
  at('fields').addEventListener('input', programs);
  question.addEventListener('input', programs);
  programs();
})();
