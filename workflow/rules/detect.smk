rule detect:
    """Points of one shard of slices in one fold: where a bleed is, without its outline."""
    input:
        unpack(masks.point_inputs),
    output:
        points=ensure(path.points, non_empty=True),
    log:
        path.log("detect"),
    benchmark:
        path.benchmark("detect")
    params:
        spec=masks.detector_spec,
        code=masks.detector_code,
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(4000),
        runtime=240,
    shell:
        "python -m scripts.detect --slices {input.slices:q} --maps {input.maps:q} --spec {params.spec:q}"
        " --out {output.points:q} 2> {log:q}"
