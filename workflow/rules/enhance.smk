rule enhance:
    """Slices of one shard as a segmenter wants them: skull taken away, contrast evened out."""
    input:
        slices=path.slices,
    output:
        slices=ensure(path.enhanced, non_empty=True),
    log:
        path.log("enhance"),
    benchmark:
        path.benchmark("enhance")
    params:
        spec=data.enhancement_spec,
        code=data.enhancement_code,
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(3000),
        runtime=plan.minutes(240),
    shell:
        "python -m scripts.enhance --slices {input.slices:q} --spec {params.spec:q} --out {output.slices:q} 2> {log:q}"
