rule tune_detector:
    """Values of a detector chosen on the tuning subjects of one fold, with the curve."""
    input:
        unpack(masks.tune_point_inputs),
    output:
        tuned=ensure(path.tuned_detector, non_empty=True),
        curve=ensure(path.tuned_detector.replace("tuned.json", "curve.csv"), non_empty=True),
        picture=report(
            path.tuned_detector.replace("tuned.json", "curve.png"),
            category="tuning",
            caption="../report/tuned.rst",
            labels={"values of": "{detector} on {classifier} {saliency}", "fold": "{fold}"},
        ),
    log:
        path.log("tune_detector"),
    benchmark:
        path.benchmark("tune_detector")
    params:
        spec=masks.detector_spec,
        searches=masks.detector_searches,
        tuning=plan.config.tuning.to_json(),
        inputs=plan.as_options,
        code=masks.detector_code("tune_detector.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(4000),
        runtime=plan.minutes(480),
    shell:
        "python -m scripts.tune_detector {params.inputs} --fold {wildcards.fold} --spec {params.spec:q}"
        " --searches {params.searches:q} --tuning {params.tuning:q} --out {output.tuned:q} 2> {log:q}"


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
        inputs=plan.as_options,
        code=masks.detector_code("detect.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(4000),
        runtime=plan.minutes(240),
    shell:
        "python -m scripts.detect {params.inputs} --spec {params.spec:q} --out {output.points:q} 2> {log:q}"
