# The workflow with its environment, for Docker and Kubernetes, and through them for Apptainer (docs/cluster.md).
#
#   docker build --tag bleedmap .
#   docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD:/ward" --workdir /ward \
#       --env BLEEDMAP_ID_KEY=/ward/id.key bleedmap \
#       snakemake --snakefile /bleedmap/Snakefile --cores all --configfile ward.yaml
#
# GPUs: docker run --gpus all ...; the CUDA libraries are in the image, the driver is the host's.

# compilers stay behind in this stage: one package is built from source
FROM debian:12-slim AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends g++ make python3-dev python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /bleedmap
# what decides the environment and nothing else, so that an edit of the code does not install it anew
COPY Makefile pyproject.toml requirements.lock README.md LICENSE ./
COPY envs/bootstrap.lock envs/
RUN mkdir --parents src/bleedmap && touch src/bleedmap/__init__.py && make setup

FROM debian:12-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends procps python3 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /bleedmap/.venv /bleedmap/.venv
COPY . /bleedmap
# whoever runs it, and with whatever home: caches go where everybody may write
ENV PATH=/bleedmap/.venv/bin:$PATH XDG_CACHE_HOME=/tmp/cache XDG_CONFIG_HOME=/tmp/config
# Snakemake asks for a name, which --user brings none of
ENV USER=bleedmap
WORKDIR /bleedmap
CMD ["snakemake", "--help"]
