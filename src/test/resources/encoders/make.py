"""Makes the tiny encoders below src/test/resources/encoders and what their references say of some texts: python make.py OUT, with torch, transformers, safetensors and gguf"""
import json, os, sys
import gguf
import torch
from safetensors.torch import save_file
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import BertConfig, BertForSequenceClassification, BertModel, DistilBertConfig, DistilBertModel, ModernBertConfig, ModernBertModel
from transformers import NomicBertConfig, NomicBertModel, Qwen3Config, Qwen3Model
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


def save(name, model, expected, modules=None, config=None, names=lambda name: name):
    """config and names: those of the authors' files, where transformers has others"""
    folder = os.path.join(out, name)
    os.makedirs(folder, exist_ok=True)
    config = config or json.loads(model.config.to_json_string(use_diff=False))
    config["architectures"] = [type(model).__name__]
    keep = {k: v for k, v in config.items() if v is not None and not k.startswith("_")}
    json.dump(keep, open(os.path.join(folder, "config.json"), "w"), indent=1)
    save_file({names(k): v.half().contiguous() for k, v in fused(model.state_dict()).items()}, os.path.join(folder, "model.safetensors"))
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


def fused(weights):
    """queries, keys and values of Nomic's models in one tensor"""
    weights = {k: v for k, v in weights.items() if v.is_floating_point()}
    for k in [k for k in weights if "self_attn.q_proj" in k and any("post_mlp_layernorm" in n for n in weights)]:
        parts = [weights.pop(k.replace("q_proj", p)) for p in ("q_proj", "k_proj", "v_proj")]
        weights[k.replace("self_attn.q_proj", "attn.Wqkv")] = torch.cat(parts)
    return weights


def pooled(model, ids, how, normalize):
    with torch.no_grad():
        h = model(torch.tensor([ids])).last_hidden_state[0]
    v = {"mean_tokens": h.mean(0), "cls_token": h[0], "lasttoken": h[-1]}[how]
    return (torch.nn.functional.normalize(v, dim=0) if normalize else v).tolist()


def gguf_file(folder, architecture, theta=None):
    """the model in a folder as llama.cpp's converter writes it, with the names of its own package"""
    from safetensors.torch import load_file
    config = json.load(open(os.path.join(out, folder, "config.json")))
    layers = config.get("num_hidden_layers") or config["n_layer"]
    writer = gguf.GGUFWriter(os.path.join(out, folder + ".gguf"), gguf.MODEL_ARCH_NAMES[architecture])
    writer.add_name(folder)
    writer.add_context_length(128)
    writer.add_embedding_length(32)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(48)
    writer.add_head_count(4)
    writer.add_layer_norm_eps(1e-12)
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    writer.add_token_type_count(2)
    if theta:
        writer.add_rope_freq_base(theta)
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("default")
    writer.add_token_list([w if w in WORDS[:5] else w[2:] if w.startswith("##") else "\u2581" + w for w in WORDS])
    writer.add_token_types([gguf.TokenType.CONTROL if w in WORDS[:5] else gguf.TokenType.NORMAL for w in WORDS])
    writer.add_pad_token_id(0)
    writer.add_unk_token_id(1)
    writer.add_bos_token_id(2)
    writer.add_sep_token_id(3)
    writer.add_mask_token_id(4)
    names = gguf.get_tensor_name_map(architecture, layers)
    for name, tensor in load_file(os.path.join(out, folder, "model.safetensors")).items():
        known = names.get_name(name.removeprefix("bert."), try_suffixes=(".weight", ".bias"))
        writer.add_tensor(known, (tensor if tensor.dim() > 1 else tensor.float()).numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def embedder(name, model, how, normalize, ids, texts, **files):
    save(name, model, {"texts": texts, "ids": ids, "vectors": [pooled(model, i, how, normalize) for i in ids]}, (how, normalize), **files)


bert = dict(vocab_size=len(WORDS), hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
            max_position_embeddings=128, layer_norm_eps=1e-12)
t = tokenizer()
ids = [t.encode(x).ids for x in TEXTS]
embedder("bert-mean", noise(BertModel(BertConfig(**bert), add_pooling_layer=False)), "mean_tokens", True, ids, TEXTS)
embedder("bert-cls", noise(BertModel(BertConfig(**bert))), "cls_token", False, ids, TEXTS)
embedder("distilbert-mean", noise(DistilBertModel(DistilBertConfig(
    vocab_size=len(WORDS), dim=32, n_layers=2, n_heads=4, hidden_dim=48, max_position_embeddings=128))), "mean_tokens", True, ids, TEXTS)
open(os.path.join(out, "distilbert-mean", "vocab.txt"), "w").write("".join(w + "\n" for w in WORDS))
json.dump({"do_lower_case": True, "tokenizer_class": "DistilBertTokenizer"}, open(os.path.join(out, "distilbert-mean", "tokenizer_config.json"), "w"))
nomic = NomicBertConfig(vocab_size=len(WORDS), hidden_size=32, num_hidden_layers=2, num_attention_heads=4, intermediate_size=48,
                        max_position_embeddings=128, rope_parameters={"rope_type": "default", "rope_theta": 1000.0})
NOMIC = {"layers": "encoder.layers", "embeddings.LayerNorm": "emb_ln", "self_attn.o_proj": "attn.out_proj", "mlp.up_proj": "mlp.fc11",
         "mlp.gate_proj": "mlp.fc12", "mlp.down_proj": "mlp.fc2", "post_attention_layernorm": "norm1", "post_mlp_layernorm": "norm2"}


def nomic_name(name):
    for ours, theirs in NOMIC.items():
        name = name.replace(ours, theirs)
    return name


embedder("nomic-mean", noise(NomicBertModel(nomic, add_pooling_layer=False)), "mean_tokens", True, ids, TEXTS, names=nomic_name, config={
    "model_type": "nomic_bert", "activation_function": "swiglu", "attn_pdrop": 0.0, "causal": False, "dense_seq_output": True, "embd_pdrop": 0.0,
    "fused_bias_fc": True, "fused_dropout_add_ln": True, "initializer_range": 0.02, "layer_norm_epsilon": 1e-12, "max_trained_positions": 128,
    "mlp_fc1_bias": False, "mlp_fc2_bias": False, "n_embd": 32, "n_head": 4, "n_inner": 48, "n_layer": 2, "n_positions": 512,
    "pad_vocab_size_multiple": 64, "parallel_block": False, "prenorm": False, "qkv_proj_bias": False, "resid_pdrop": 0.0, "rotary_emb_base": 1000,
    "rotary_emb_fraction": 1.0, "rotary_emb_interleaved": False, "scale_attn_weights": True, "summary_type": "cls_index", "summary_use_proj": True,
    "type_vocab_size": 2, "use_cache": True, "use_flash_attn": True, "use_rms_norm": False, "use_xentropy": True, "vocab_size": len(WORDS)})
modern = dict(vocab_size=len(WORDS), hidden_size=32, num_hidden_layers=4, num_attention_heads=4, intermediate_size=48, max_position_embeddings=128,
              local_attention=16, global_attn_every_n_layers=3)
embedder("modernbert-cls", noise(ModernBertModel(ModernBertConfig(**modern, pad_token_id=0))), "cls_token", False, ids, TEXTS, config={
    **modern, "model_type": "modernbert", "attention_bias": False, "attention_dropout": 0.0, "classifier_activation": "gelu", "classifier_bias": False,
    "classifier_pooling": "mean", "cls_token_id": 2, "decoder_bias": True, "deterministic_flash_attn": False, "embedding_dropout": 0.0,
    "global_rope_theta": 160000.0, "gradient_checkpointing": False, "hidden_activation": "gelu", "initializer_cutoff_factor": 2.0,
    "layer_norm_eps": 1e-05, "local_rope_theta": 10000.0, "mlp_bias": False, "mlp_dropout": 0.0, "norm_bias": False, "norm_eps": 1e-05,
    "pad_token_id": 0, "position_embedding_type": "absolute", "sparse_pred_ignore_index": -100, "sparse_prediction": False})
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

gguf_file("bert-mean", gguf.MODEL_ARCH.BERT)
gguf_file("nomic-mean", gguf.MODEL_ARCH.NOMIC_BERT, theta=1000.0)
