rule explain:
    """Saliency maps of one classifier over one shard of slices."""
    input:
        model=path.classifier_model,
        slices=path.slices,
    output:
        maps=ensure(path.maps, non_empty=True),
    log:
        path.log("explain"),
    benchmark:
        path.benchmark("explain")
    cache: plan.cached
    params:
        spec=networks.saliency_spec,
        code=networks.saliency_code,
        dataset="{dataset}",
        content=plan.content,
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        gpu=1,
        mem_mb=plan.memory(4000),
        runtime=plan.minutes(120),
    shell:
        "python -m scripts.explain --model {input.model:q} --slices {input.slices:q} --spec {params.spec:q}"
        " --dataset {params.dataset} --threads {threads} --out {output.maps:q} 2> {log:q}"
