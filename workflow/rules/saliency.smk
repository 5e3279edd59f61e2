rule explain:
    """Saliency maps of one classifier over one shard of slices."""
    input:
        model=f"{path.classifier}/model.safetensors",
        slices=path.slices,
    output:
        maps=ensure(path.maps, non_empty=True),
    log:
        path.log(path.maps),
    benchmark:
        path.benchmark(path.maps)
    params:
        spec=plan.spec("saliency", "saliency"),
        code=plan.saliency_digest,
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        gpu=1,
        mem_mb=plan.memory(4000),
        runtime=120,
    shell:
        "python -m scripts.explain --model {input.model} --slices {input.slices} --spec {params.spec:q}"
        " --threads {threads} --out {output.maps} 2> {log}"
