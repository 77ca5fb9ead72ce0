"""Makes the tiny encoders below src/test/resources/encoders and what their references say of some texts: python make.py OUT, with torch, transformers and safetensors"""
import json, os, sys
import torch
from safetensors.torch import save_file
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import BertConfig, BertForSequenceClassification, BertModel, Qwen3Config, Qwen3Model
from transformers import XLMRobertaConfig, XLMRobertaForSequenceClassification

out = sys.argv[1]
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + list("abcdefghijklmnopqrstuvwxyz0123456789.,!?-") + [
    "##" + c for c in "abcdefghijklmnopqrstuvwxyz0123456789"] + "the cat sits ##s ##ing play ##er on mat a man guitar capital of france is paris".split()
WORDS = list(dict.fromkeys(WORDS))
while len(WORDS) < 160:
    WORDS.append(f"[unused{len(WORDS)}]")
TEXTS = ["The cat sits on a mat.", "A man playing guitar", "the capital of france is paris!", "x", "cafe naïve Köln", "the cat " * 40]
PAIRS = [("the capital of france", "Paris is the capital"), ("cat", "a man playing guitar"), ("a", "b")]


def tokenizer():
    t = Tokenizer(models.WordPiece({w: i for i, w in enumerate(WORDS)}, unk_token="[UNK]", max_input_chars_per_word=100))
    t.normalizer = normalizers.BertNormalizer()
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    t.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    t.add_special_tokens(WORDS[:5])
    return t


def noise(model):
    torch.manual_seed(11)
    with torch.no_grad():
        for p in model.parameters():
            p.copy_((p + torch.randn_like(p) * 0.2).half().float())
    return model.eval()


def save(name, model, expected, modules=None):
    folder = os.path.join(out, name)
    os.makedirs(folder, exist_ok=True)
    config = json.loads(model.config.to_json_string(use_diff=False))
    config["architectures"] = [type(model).__name__]
    keep = {k: v for k, v in config.items() if v is not None and not k.startswith("_")}
    json.dump(keep, open(os.path.join(folder, "config.json"), "w"), indent=1)
    save_file({k: v.half().contiguous() for k, v in model.state_dict().items() if v.is_floating_point()}, os.path.join(folder, "model.safetensors"))
    if modules:
        pooling, normalize = modules
        kinds = ["Transformer", "Pooling"] + (["Normalize"] if normalize else [])
        json.dump([{"idx": i, "name": str(i), "path": "" if i == 0 else f"{i}_{k}", "type": f"sentence_transformers.models.{k}"}
                   for i, k in enumerate(kinds)], open(os.path.join(folder, "modules.json"), "w"), indent=1)
        os.makedirs(os.path.join(folder, "1_Pooling"), exist_ok=True)
        json.dump({"word_embedding_dimension": model.config.hidden_size, **{f"pooling_mode_{m}": m == pooling for m in
                   ("cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens", "lasttoken")}},
                  open(os.path.join(folder, "1_Pooling", "config.json"), "w"), indent=1)
    if model.config.model_type == "bert":
        tokenizer().save(os.path.join(folder, "tokenizer.json"))
    json.dump(expected, open(os.path.join(folder, "expected.json"), "w"))


def pooled(model, ids, how, normalize):
    with torch.no_grad():
        h = model(torch.tensor([ids])).last_hidden_state[0]
    v = {"mean_tokens": h.mean(0), "cls_token": h[0], "lasttoken": h[-1]}[how]
    return (torch.nn.functional.normalize(v, dim=0) if normalize else v).tolist()


def embedder(name, model, how, normalize, ids, texts):
    save(name, model, {"texts": texts, "ids": ids, "vectors": [pooled(model, i, how, normalize) for i in ids]}, (how, normalize))


bert = dict(vocab_size=len(WORDS), hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
            max_position_embeddings=128, layer_norm_eps=1e-12)
t = tokenizer()
ids = [t.encode(x).ids for x in TEXTS]
embedder("bert-mean", noise(BertModel(BertConfig(**bert), add_pooling_layer=False)), "mean_tokens", True, ids, TEXTS)
embedder("bert-cls", noise(BertModel(BertConfig(**bert))), "cls_token", False, ids, TEXTS)
qwen = Qwen3Config(vocab_size=160, hidden_size=32, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, head_dim=16,
                   intermediate_size=48, max_position_embeddings=512, tie_word_embeddings=True)
embedder("qwen3-last", noise(Qwen3Model(qwen)), "lasttoken", True, ids + [[i % 150 for i in range(400)]], TEXTS)


def ranker(name, model, pairs, segments):
    scores = []
    for tokens, types in zip(pairs, segments):
        with torch.no_grad():
            kinds = torch.tensor([types]) if types else None
            scores.append([torch.sigmoid(model(torch.tensor([tokens]), token_type_ids=kinds).logits[0, 0]).item()])
    second = [s.index(1) if 1 in s else len(p) for p, s in zip(pairs, segments)]
    save(name, model, {"pairs": PAIRS, "ids": pairs, "second": second, "vectors": scores})


pairs = [t.encode(*p) for p in PAIRS]
ranker("bert-rank", noise(BertForSequenceClassification(BertConfig(**bert, num_labels=1))), [p.ids for p in pairs], [p.type_ids for p in pairs])
xlmr = XLMRobertaConfig(**{**bert, "max_position_embeddings": 130, "type_vocab_size": 1}, num_labels=1, pad_token_id=1)
ranker("xlmr-rank", noise(XLMRobertaForSequenceClassification(xlmr)), [p.ids for p in pairs], [[] for p in pairs])

# Unigram as XLM-R has it
texts = TEXTS[:5] + ["Paris is the capital", "", "  two  spaces ", "日本", "ﬁ ½"]
u = Tokenizer(models.Unigram())
u.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
u.pre_tokenizer = pre_tokenizers.Metaspace()
u.decoder = decoders.Metaspace()
u.train_from_iterator(texts * 20 + ["abcdefghijklmnopqrstuvwxyz 0123456789 .,!?-"], trainers.UnigramTrainer(
    vocab_size=150, special_tokens=["<s>", "<pad>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False))
u.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True)])
u.post_processor = processors.TemplateProcessing(
    single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
u.save(os.path.join(out, "xlmr-rank", "tokenizer.json"))
joined = PAIRS[:2] + [("a", "")]
json.dump({"texts": texts, "ids": [u.encode(x).ids for x in texts], "pairs": joined, "pair_ids": [u.encode(*p).ids for p in joined]},
          open(os.path.join(out, "xlmr-rank", "tokens.json"), "w"))
